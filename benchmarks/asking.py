"""Questions about one dataset, asked in turn: how long until a figure is there.

Rows are drawn by the engine from hashes of their numbers, so they are the same in every
run.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import duckdb

from benchmarks import machine
from benchmarks.engines import THREADS
from holdfast.dataset import Dataset, Limits
from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask
from holdfast.workspace import Workspace

ROUNDS = 5
PLAIN = Filters()
BY_PLAN = Filters(breakdown="plan")
NARROWED = Filters((AttributeIn("country", ("DE",)),), breakdown="plan")

Asked = tuple[str, Any, Filters]
"""What is asked, in words; the spec; the filters."""


def measured(path: Path, table: str, asked: Sequence[Asked]) -> None:
    """Ask in turn, and print the seconds.

    Args:
        path: The dataset.
        table: One of its tables, whose rows the title tells.
        asked: What, in this order. Medians are shown; each round opens the dataset
            anew, so that nothing is kept from the one before.
    """
    took: dict[str, list[tuple[float, float]]] = {name: [] for name, *_ in asked}
    for _ in range(ROUNDS):
        dataset = Dataset(path, Limits(threads=THREADS))
        for name, spec, filters in asked:
            took[name].append(_timed(dataset, spec, filters))
        rows = int(dataset.frame(f"select count(*) as n from {table}")["n"][0])
        people = dataset.customers
        dataset.close()
    print(f"\n## {people:,} customers, {rows:,} {table}\n")
    print("| asked | wall | CPU |\n|---|--:|--:|")
    for name, times in took.items():
        wall, cpu = (
            statistics.median(time[place] for time in times) for place in (0, 1)
        )
        print(f"| {name} | {wall:.2f} s | {cpu:.2f} s |", flush=True)
    print(f"\nLoad after the run: {machine.load():.1f}.", flush=True)


def dataset_of(place: Path, files: Mapping[str, str], number: int) -> Path:
    """Load files into a workspace, unless that was done before.

    Args:
        place: Where files and the workspace are made and kept.
        files: Their names, and the statements that draw their rows.
        number: What the statements are formatted with.
    """
    workspace = Workspace.open_or_create(place / "workspace")
    if workspace.dataset_path() is None:
        workspace.load([_made(place, name, files[name], number) for name in files])
    path = workspace.dataset_path()
    assert path is not None
    return path


def _made(place: Path, name: str, text: str, number: int) -> Path:
    engine = duckdb.connect(config={"threads": str(THREADS), "memory_limit": "2GB"})
    file = place / f"{name}.csv"
    target = str(file).replace("'", "''")
    engine.execute(f"copy ({text.format(number=number)}) to '{target}'")
    engine.close()
    return file


def _timed(dataset: Dataset, spec: Any, filters: Filters) -> tuple[float, float]:
    wall, cpu = perf_counter(), process_time()
    ask(dataset, spec, filters)
    return perf_counter() - wall, process_time() - cpu
