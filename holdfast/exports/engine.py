"""The private DuckDB instance that imports run in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from holdfast.query import literal

MEMORY_LIMIT = "4GB"


def open_engine(
    database: Path | None,
    temporary: Path,
    readable: Sequence[Path],
    memory_limit: str = MEMORY_LIMIT,
) -> duckdb.DuckDBPyConnection:
    """Open an instance that reaches nothing but what it is given.

    Args:
        database: File to write, or None for one in memory.
        temporary: Folder for spilling.
        readable: Folders that may be read and written.
        memory_limit: Most memory of the engine, with unit.
    """
    engine = duckdb.connect(
        ":memory:" if database is None else str(database),
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "allow_persistent_secrets": "false",
            "python_enable_replacements": "false",
            "memory_limit": memory_limit,
            "temp_directory": str(temporary),
        },
    )
    engine.execute("set global TimeZone = 'UTC'")
    engine.execute("set enable_progress_bar = false")
    # The allowed folders have to be named before access is shut off.
    folders = [str(folder) for folder in readable]
    engine.execute(f"set allowed_directories = {literal(folders)}")
    engine.execute("set enable_external_access = false")
    engine.execute("set lock_configuration = true")
    return engine
