"""Files that are either the old ones or the new ones, never half."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from holdfast.errors import WorkspaceError

_FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write a file so that it is either the old one or the new one, never half."""
    aside = path.with_name(path.name + ".new")
    with aside.open("w", encoding="utf-8") as stream:
        json.dump(values, stream, indent=1, ensure_ascii=False)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
    sync_folder(path.parent)


def sync(path: Path) -> None:
    """Wait until a file is on the disk."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    # Windows cannot open a folder; its renames are journalled without it.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there and nobody holds it."""
    # Windows refuses while somebody reads; the next sweep tries again.
    with suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def telling_of_disk(folder: Path) -> Iterator[None]:
    """Say in a sentence that a disk is full or damaged, and how much room it has.

    Args:
        folder: A folder on that disk.

    Raises:
        WorkspaceError: Something could not be read or written.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise _failed(folder) from error
    except duckdb.IOException as error:
        raise _failed(folder) from error


def _failed(folder: Path) -> WorkspaceError:
    free = shutil.disk_usage(folder).free
    return WorkspaceError(
        "disk_failed",
        "Something could not be written or read: the disk may be full or damaged;"
        f" {free / 1e6:,.0f} MB of it are free.",
        "Nothing was changed. Make room, about four times the size of the files, and"
        " try again.",
    )
