"""Given files become stored sources: read, recognised and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from holdfast.cancellation import Cancellation
from holdfast.errors import ImportRefusedError
from holdfast.exports.building import Progress
from holdfast.exports.mapping import SourceMapping, check, infer_kept
from holdfast.exports.reading import Rows, guess_reading, read, refused_path, unpack
from holdfast.exports.recognition import missing_columns, recognise
from holdfast.exports.settling import settle
from holdfast.query import literal, quoted
from holdfast.workspace.durable import sync
from holdfast.workspace.finding import Found, find
from holdfast.workspace.inspection import Inspection, named, sample_values
from holdfast.workspace.remembering import Remembered, find_remembered, with_mappings
from holdfast.workspace.reports import LoadReport, Reason, known_report, report_of
from holdfast.workspace.stored import Sources, StoredSource, source_id_of


@dataclass(frozen=True)
class Gathered:
    """Sources after some were added, and what the given files are now.

    Attributes:
        sources: All sources, in order of loading.
        added: Those that are new.
        given: Name and source of each file.
        passed_over: Why files of a folder or an archive are not among them.
    """

    sources: Sequence[StoredSource]
    added: Sequence[StoredSource]
    given: Sequence[tuple[str, StoredSource]]
    passed_over: tuple[ImportRefusedError, ...]

    def report(
        self,
        known: Sequence[StoredSource],
        counts: Mapping[str, tuple[int, int, int, int]],
        dataset: int | None,
        *,
        has_changed: bool = False,
        reasons: Mapping[str, tuple[Reason, ...]] | None = None,
    ) -> LoadReport:
        """Return what became of the given files.

        Args:
            known: Sources that were there before.
            counts: Source id to rows read, imported, rejected and duplicates.
            dataset: Number of the dataset that is current.
            has_changed: Whether that is another one than before.
            reasons: Source id to why rows would be rejected.
        """
        files = tuple(
            known_report(name, source)
            if source in known
            else report_of(
                name, source, counts[source.id], (reasons or {}).get(source.id, ())
            )
            for name, source in self.given
        )
        return LoadReport(files, dataset, has_changed, self.passed_over)


def gather(
    engine: duckdb.DuckDBPyConnection,
    state: Mapping[str, Any],
    files: Sequence[str | Path | Inspection],
    known: Sequence[StoredSource],
    target: Sources,
    staging: Path,
    cancellation: Cancellation,
    progress: Progress,
) -> Gathered:
    """Store files as sources; leave nothing of them if that fails.

    Args:
        engine: Instance that may read and write the folders.
        state: The workspace's state, for the mappings that it remembers.
        files: Paths, or inspections whose reading or mapping may be changed.
        known: Sources that are there.
        target: Where new ones are written.
        staging: Folder for what is read.
        cancellation: Wish to stop.
        progress: Told which file is read.

    Raises:
        ImportRefusedError: A file is refused.
        CancelledError: Somebody asked to stop.
    """
    sources = list(known)
    added: list[StoredSource] = []
    given: list[tuple[str, StoredSource]] = []
    passed_over: list[ImportRefusedError] = []
    refused: list[ImportRefusedError] = []
    try:
        found = _found(files)
        for position, file in enumerate(found):
            name = _name(file)
            progress(f"reading {name}", position / max(1, len(found)))
            try:
                with named(_path(file), name):
                    source = _add(
                        engine,
                        state,
                        file,
                        sources,
                        target,
                        staging / str(position),
                        cancellation,
                    )
            except ImportRefusedError as error:
                is_alone = isinstance(file, Inspection) or not file.is_among_others
                (refused if is_alone else passed_over).append(error)
                continue
            given.append((name, source))
            if source not in sources:
                added.append(source)
                sources = [each for each in sources if each.digest != source.digest]
                sources.append(source)
        if refused:
            raise _all_of(refused)
        if passed_over and not given:
            raise passed_over[0]
    except BaseException:
        for source in added:
            target.forget(source.id)
        raise
    return Gathered(sources, added, given, tuple(passed_over))


def _all_of(refused: Sequence[ImportRefusedError]) -> ImportRefusedError:
    """Return one error for all files that are refused, so that all can be mended."""
    first, *others = refused
    if not others:
        return first
    sentences = " ".join(each.sentence for each in refused)
    remedies = " ".join(dict.fromkeys(each.remedy for each in refused))
    return ImportRefusedError(first.code, sentences, f"Nothing is loaded. {remedies}")


def _add(
    engine: duckdb.DuckDBPyConnection,
    state: Mapping[str, Any],
    file: Found | Inspection,
    known: Sequence[StoredSource],
    sources: Sources,
    staging: Path,
    cancellation: Cancellation,
) -> StoredSource:
    """Store a file as a source; return the known one where it is there."""
    path = _path(file)
    reading = (
        file.reading
        if isinstance(file, Inspection)
        else guess_reading(path, file.part.member)
    )
    staging.mkdir()
    survey = unpack(path, reading, staging, cancellation)
    if not isinstance(file, Inspection):
        for source in known:
            if source.digest == survey.digest:
                return source
    target = staging / "rows.parquet"
    rows = read(engine, path, reading, survey, target, cancellation)
    columns = [name for name, _ in rows.columns]
    mapping = file.mapping if isinstance(file, Inspection) else None
    if mapping is None:
        sample = sample_values(engine, target, rows)
        recognised = recognise(columns, sample).mapping
        before = find_remembered(state, columns)
        if before is not None:
            mapping = before.mapping
        elif recognised is None:
            raise missing_columns(columns, path.name)
        else:
            mapping = settle(recognised, rows.columns, sample)
    check(mapping, columns, path.name)
    mapping = typed(engine, target, rows, mapping, cancellation)
    source_id = source_id_of(survey.digest, reading, mapping)
    for source in known:
        if source.id == source_id:
            return source
    sync(target)
    kept = sources.rows_path(source_id)
    if rows.refused:
        sync(refused_path(target))
        refused_path(target).replace(refused_path(kept))
    target.replace(kept)
    source = StoredSource(
        id=source_id,
        name=_name(file),
        digest=survey.digest,
        size=survey.size,
        loaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        reading=reading,
        mapping=mapping,
        rows=rows,
    )
    sources.write(source)
    return source


def _found(files: Sequence[str | Path | Inspection]) -> list[Found | Inspection]:
    found: list[Found | Inspection] = []
    for file in files:
        found += [file] if isinstance(file, Inspection) else find(Path(file))
    return found


def _path(file: Found | Inspection) -> Path:
    return file.path if isinstance(file, Inspection) else file.part.path


def _name(file: Found | Inspection) -> str:
    return file.name or _path(file).name


def typed(
    engine: duckdb.DuckDBPyConnection,
    parquet: Path,
    rows: Rows,
    mapping: SourceMapping,
    cancellation: Cancellation,
) -> SourceMapping:
    """Return a mapping whose kept columns have the types of the file's values."""
    columns = dict(rows.columns)
    feeds = []
    for part in mapping.feeds:
        with cancellation.attach(engine):
            kept = infer_kept(engine, str(parquet), columns, rows.padded, part.kept)
        feeds.append(replace(part, kept=kept))
    return replace(mapping, feeds=tuple(feeds))


def remembering(
    state: Mapping[str, Any], files: Sequence[str | Path | Inspection]
) -> dict[str, Any]:
    """Return the state that keeps what somebody changed in these files' mappings."""
    chosen, dropped = [], []
    for file in files:
        if not isinstance(file, Inspection) or file.mapping is None:
            continue
        columns = tuple(name for name, _ in file.columns)
        if file.mapping == file.recognised:
            dropped.append(columns)
        else:
            chosen.append(Remembered(columns, _name(file), file.mapping))
    return with_mappings(state, chosen, dropped)


def nothing_imported(
    engine: duckdb.DuckDBPyConnection,
    sources: Sources,
    source: StoredSource,
    line: int,
    reason: str,
) -> ImportRefusedError:
    """Return the error for a file of which not one row could be imported."""
    parquet = sources.rows_path(source.id).resolve()
    kind = _kind(engine, parquet, source.rows, line, reason)
    return ImportRefusedError(
        "nothing_imported",
        f"{source.name}: none of its rows ({source.rows_read:,}) could be"
        f" imported; in line {line}, {reason}{kind}.",
        "Correct the file, or say on the Data page what its columns are and how"
        " its dates are written.",
    )


def _kind(
    engine: duckdb.DuckDBPyConnection,
    parquet: Path,
    rows: Rows,
    line: int,
    reason: str,
) -> str:
    """Say what kind of value a refused cell holds, never the value itself."""
    named = re.match('"(.+)" is (not|neither)', reason)
    if not named or named[1] not in dict(rows.columns):
        return ""
    number = f"file_row_number + {rows.first_line}"
    place = quoted(rows.line_column) if rows.line_column else number
    found = engine.execute(
        f"select trim({quoted(named[1])}::varchar)"
        f" from read_parquet({literal(str(parquet))}, file_row_number = true)"
        f" where {place} = $line",
        {"line": line},
    ).fetchall()
    value = (found[0][0] if found else "") or ""
    if re.fullmatch(r"[-+]?\d+", value):
        return f" but a number of {len(value.lstrip('+-'))} digits"
    if re.search(r"\d", value):
        return " but digits with other characters"
    return " but words" if value else ""
