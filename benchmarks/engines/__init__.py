"""One module an engine: opened once a worker process, asked case by case."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from benchmarks.cases import Case, Row

THREADS = 2


class Engine(Protocol):
    """What a worker asks of an engine."""

    def forms(self, case: Case) -> tuple[str, ...]:
        """Return the names of the forms in which a case can be asked."""

    def run(self, case: Case, form: str) -> Any:
        """Answer a case; only this is timed."""

    def rows(self, case: Case, result: Any) -> list[Row]:
        """Turn what ``run`` gave into comparable rows."""


ENGINES: Mapping[str, tuple[str, str]] = {
    "Holdfast": ("holdfast_ask", "duckdb"),
    "ClickHouse": ("clickhouse", "chdb"),
    "polars": ("polars_frames", "polars"),
    "pandas": ("pandas_frames", "pandas"),
    "DuckDB, naive": ("naive_duckdb", "duckdb"),
}
"""Module of this package and the library that it needs, by the engine's name."""
PREPARED = frozenset({"ClickHouse"})
"""Engines that keep files of their own, which ``prepare`` makes."""


def installed() -> list[str]:
    """Return the engines whose library is there."""
    return [
        name
        for name, (_, library) in ENGINES.items()
        if importlib.util.find_spec(library) is not None
    ]


def prepare(name: str, folder: Path) -> None:
    """Let one of the ``PREPARED`` load its own layout of the events."""
    importlib.import_module(f"benchmarks.engines.{ENGINES[name][0]}").prepare(folder)


def open_engine(name: str, folder: Path) -> Engine:
    """Open an engine on the files of one number of events."""
    module = importlib.import_module(f"benchmarks.engines.{ENGINES[name][0]}")
    engine: Engine = module.Engine(folder)
    return engine
