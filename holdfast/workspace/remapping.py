"""A file that is loaded is mapped anew, from its rows as they are stored."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from holdfast.cancellation import Cancellation
from holdfast.errors import WorkspaceError
from holdfast.exports.building import Progress, count_only
from holdfast.exports.engine import open_engine
from holdfast.exports.mapping import SourceMapping, check
from holdfast.exports.recognition import recognise
from holdfast.query import literal, quoted
from holdfast.workspace.durable import sync
from holdfast.workspace.gathering import typed
from holdfast.workspace.inspection import PREVIEW_ROWS, Inspection, sample_values
from holdfast.workspace.making import listed
from holdfast.workspace.reports import LoadReport, Reason, report_of
from holdfast.workspace.settings import Settings
from holdfast.workspace.stored import SUFFIXES, Sources, StoredSource, source_id_of


def found_source(sources: Sequence[StoredSource], source_id: str) -> StoredSource:
    """Return the source of that id.

    Raises:
        WorkspaceError: There is none.
    """
    for source in sources:
        if source.id == source_id:
            return source
    raise WorkspaceError(
        "unknown_source",
        f"There is no loaded file {source_id!r}.",
        "Choose one of those that are listed.",
    )


def inspect_stored(sources: Sources, source: StoredSource, staging: Path) -> Inspection:
    """Return what a stored source is, with the mapping that it has now.

    Args:
        sources: Where it is.
        source: The source.
        staging: Folder for the engine.
    """
    rows = sources.rows_path(source.id).resolve()
    names = [name for name, _ in source.rows.columns]
    cells = ", ".join(f"{quoted(name)}::varchar" for name in names)
    engine = open_engine(None, staging, [rows.parent])
    try:
        sample = sample_values(engine, rows, source.rows)
        first = engine.execute(
            f"select {cells} from read_parquet({literal(str(rows))})"
            f" limit {PREVIEW_ROWS}"
        ).fetchall()
    finally:
        engine.close()
    return Inspection(
        path=rows,
        reading=source.reading,
        columns=source.rows.columns,
        recognition=recognise(names, sample),
        mapping=source.mapping,
        preview=tuple(tuple(row) for row in first),
        sample=sample,
        rows=source.rows_read,
        name=source.name,
        refused=source.rows.refused,
        notes=source.rows.notes,
    )


def mapped_anew(
    engine: duckdb.DuckDBPyConnection,
    sources: Sources,
    source: StoredSource,
    mapping: SourceMapping,
    cancellation: Cancellation,
) -> StoredSource:
    """Return the source with another mapping; nothing is written.

    Raises:
        ImportRefusedError: The mapping does not fit its columns.
    """
    names = [name for name, _ in source.rows.columns]
    check(mapping, names, source.name)
    rows = sources.rows_path(source.id).resolve()
    mapping = typed(engine, rows, source.rows, mapping, cancellation)
    name = source_id_of(source.digest, source.reading, mapping)
    return replace(source, id=name, mapping=mapping)


def store_again(sources: Sources, before: StoredSource, after: StoredSource) -> bool:
    """Store a source under its new id, with the same rows; say whether it is new.

    The earlier one stays for as long as a kept dataset needs it.
    """
    if sources.rows_path(after.id).exists():
        # Mapped back: an earlier version has the same.
        sources.write(after)
        return False
    for suffix in SUFFIXES:
        old = sources.folder / f"{before.id}{suffix}"
        new = sources.folder / f"{after.id}{suffix}"
        if suffix == ".json" or not old.exists():
            continue
        try:
            # Stored rows are never changed, so two names for them are safe.
            os.link(old, new)
        except OSError:
            shutil.copyfile(old, new)
            sync(new)
    sources.write(after)
    return True


def check_mapped(
    engine: duckdb.DuckDBPyConnection,
    sources: Sources,
    all_sources: Sequence[StoredSource],
    source: StoredSource,
    mapping: SourceMapping,
    settings: Settings,
    dataset: int | None,
    progress: Progress,
    cancellation: Cancellation,
) -> LoadReport:
    """Say what would become of every row of a source with another mapping.

    Args:
        engine: Instance that may read the sources.
        sources: Where they are.
        all_sources: Every source of the dataset, in order.
        source: The one that would be mapped anew.
        mapping: What it would be taken for.
        settings: The workspace's settings.
        dataset: Number of the current dataset.
        progress: Told what is being done.
        cancellation: Wish to stop.
    """
    again = mapped_anew(engine, sources, source, mapping, cancellation)
    # Its rows are those of the stored one.
    tried = replace(again, id=source.id)
    every = [tried if each.id == source.id else each for each in all_sources]
    counts, reasons = count_only(
        engine,
        listed(every, [sources] * len(every)),
        settings.as_text(),
        cancellation,
        progress,
    )
    found = tuple(Reason(*each) for each in reasons.get(source.id, ()))
    report = report_of(source.name, tried, counts[source.id], found)
    return LoadReport((report,), dataset, has_changed=False)
