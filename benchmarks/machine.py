"""The machine that a run was made on, its limits and its memory."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from pathlib import Path

_LIBRARIES = ("duckdb", "chdb", "polars", "pandas")


def limit_cores(cores: int) -> None:
    """Keep this process to so many cores, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def peak_memory() -> int:
    """Return the most memory that this process had, in bytes; 0 where not known."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def describe() -> str:
    """Say in one line what the machine and the libraries are."""
    versions = []
    for library in _LIBRARIES:
        try:
            versions.append(f"{library} {importlib.metadata.version(library)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    parts = [
        _processor(),
        f"{os.cpu_count()} cores",
        *([f"{memory} GiB"] if (memory := _memory()) else []),
        f"{platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}",
        *versions,
    ]
    return ", ".join(parts)


def load() -> float:
    """Return the running processes of the last minute; 0 where not known."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> int:
    if not hasattr(os, "sysconf"):
        return 0
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    except (OSError, ValueError):
        return 0
