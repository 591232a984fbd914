"""From CSV to something that can be asked: Holdfast's import and a bare load.

Each runs once in a process of its own, which tells its time and peak memory.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from pathlib import Path
from time import perf_counter, process_time

import duckdb

from benchmarks import events, machine
from benchmarks.engines import THREADS

HOLDFAST, BARE = "Holdfast", "DuckDB, bare"
LOADERS = (HOLDFAST, BARE)
_PROJECT = Path(__file__).resolve().parent.parent
_SHAPED_BY = ("holdfast/workspace/*.py", "holdfast/model.py", "holdfast/exports/**/*.*")
_FILE = "events.duckdb"


def dataset_of(folder: Path) -> Path:
    """Return the dataset of the workspace that Holdfast imported into."""
    from holdfast.workspace import Workspace

    path = Workspace.open(folder / "workspace").dataset_path()
    if path is None:
        raise FileNotFoundError("the workspace has no dataset: run --case import")
    return path


def bare_of(folder: Path) -> Path:
    """Return the file of the bare load."""
    return folder / "bare" / _FILE


def is_current(folder: Path) -> bool:
    """Say whether both loads are there, made by the import code as it is now."""
    made_by = folder / "workspace.made_by"
    return (
        bare_of(folder).exists() and made_by.exists() and made_by.read_text() == _code()
    )


def load(loader: str, folder: Path) -> dict[str, object]:
    """Load both files once, into an empty place.

    Returns:
        seconds, cpu (seconds), bytes on disk, peak (bytes) and rows: what arrived.
    """
    files = events.Files(folder, 0)
    place = folder / ("workspace" if loader == HOLDFAST else "bare")
    shutil.rmtree(place, ignore_errors=True)
    began, cpu = perf_counter(), process_time()
    if loader == HOLDFAST:
        _load_holdfast(files, place)
    else:
        _load_bare(files, place)
    seconds, cpu = perf_counter() - began, process_time() - cpu
    peak = machine.peak_memory()
    if loader == HOLDFAST:
        (folder / "workspace.made_by").write_text(_code())
    return {
        "seconds": seconds,
        "cpu": cpu,
        "peak": peak,
        "bytes": sum(f.stat().st_size for f in place.rglob("*") if f.is_file()),
        "rows": _arrived(loader, folder),
    }


def _load_holdfast(files: events.Files, place: Path) -> None:
    from holdfast.workspace import Workspace

    Workspace.create(place).load([files.events_csv, files.customers_csv])


def _load_bare(files: events.Files, place: Path) -> None:
    place.mkdir()
    connection = duckdb.connect(str(place / _FILE), config={"threads": str(THREADS)})
    tables = (("events", files.events_csv), ("customers", files.customers_csv))
    for table, path in tables:
        source = str(path).replace("'", "''")
        connection.execute(f"create table {table} as from read_csv('{source}')")
    # Closing writes what is still in the log.
    connection.close()


def _arrived(loader: str, folder: Path) -> list[list[object]]:
    path, customer, moment = bare_of(folder), "user_id", "timestamp"
    if loader == HOLDFAST:
        path, customer, moment = dataset_of(folder), "customer_no", "happened_at"
    connection = duckdb.connect(str(path), read_only=True)
    rows = connection.execute(
        f"select event::varchar as name, device::varchar as device, count(*),"
        f" count(distinct {customer}), min({moment})::varchar, max({moment})::varchar"
        " from events group by all order by all"
    ).fetchall()
    connection.close()
    return [list(row) for row in rows]


def _code() -> str:
    digest = hashlib.sha256()
    for pattern in (*_SHAPED_BY, "queries/dataset/*.sql"):
        for file in sorted(_PROJECT.glob(pattern)):
            if file.suffix in (".py", ".sql", ".toml"):
                digest.update(file.read_bytes())
    return digest.hexdigest()


def main() -> None:
    """Load once and write what it took as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("loader", choices=LOADERS)
    parser.add_argument("folder", type=Path)
    words = parser.parse_args()
    machine.limit_cores(THREADS)
    print(json.dumps(load(words.loader, words.folder)))


if __name__ == "__main__":
    main()
