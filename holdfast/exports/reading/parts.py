"""The files of an archive or a folder: which there are, and which go together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from holdfast.errors import ImportRefusedError
from holdfast.exports.reading.containers import (
    container_of,
    is_hidden,
    members,
    open_container,
)
from holdfast.exports.reading.description import CHUNK, HEAD, refused

_SHOWN = 5


@dataclass(frozen=True)
class Part:
    """What is one source: a file, or several of one kind.

    Attributes:
        path: The file or folder.
        member: Which of its files; see ``Reading.member``.
    """

    path: Path
    member: str = ""


def container_at(path: Path) -> str:
    """Return what a path is: 'folder', 'plain', or what it is packed with.

    Raises:
        ImportRefusedError: It is missing, empty, or may not be read.
    """
    if path.is_dir():
        return "folder"
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
    except FileNotFoundError:
        raise refused(
            path, "missing_file", "was not found", "Check its name and folder."
        ) from None
    except OSError as error:
        raise refused(
            path, "unreadable", "cannot be opened", error.strerror or str(error)
        ) from None
    if not head:
        raise refused(path, "empty_file", "is empty", "Export it again.")
    return container_of(head)


def open_part(path: Path, container: str, name: str) -> BinaryIO:
    """Open one file's unpacked bytes.

    Args:
        path: The file, archive or folder.
        container: What it is.
        name: Which of its files; empty where it is one.

    Raises:
        ImportRefusedError: It is damaged, or unpacks to far too much.
    """
    if container == "folder":
        file = path / name
        return open_container(file, container_at(file))
    return open_container(path, container, name)


def copy_part(path: Path, container: str, name: str, target: Path) -> None:
    """Write one file's unpacked bytes.

    Raises:
        ImportRefusedError: It is damaged, or unpacks to far too much.
    """
    with open_part(path, container, name) as source, target.open("wb") as copy:
        while chunk := source.read(CHUNK):
            copy.write(chunk)


def part_names(path: Path, container: str, member: str) -> list[str]:
    """Return the names of the files that are one source, sorted.

    Raises:
        ImportRefusedError: There is none, or they are of several kinds.
    """
    if container not in ("zip", "folder"):
        return [""]
    names = _names(path, container)
    if member:
        names = [name for name in names if _matches(name, member)]
    if not names:
        kind = "folder" if container == "folder" else "archive"
        raise refused(
            path,
            f"empty_{kind}",
            f"is {'a' if kind == 'folder' else 'an'} {kind} without a file"
            f"{f' {member}' if member else ''} in it",
            "Choose another file.",
        )
    if not member and len(names) > 1:
        kinds = _kinds(path, container, names)
        if len(kinds) > 1:
            shown = ", ".join(each[0] for each in kinds[:_SHOWN])
            more = " and others" if len(kinds) > _SHOWN else ""
            raise refused(
                path,
                "several_kinds",
                f"holds files of several kinds: {shown}{more}",
                "Choose one of them.",
            )
    return names


def expand(path: Path) -> tuple[Part, ...]:
    """Return the sources that a file, an archive or a folder holds.

    Several files of one kind, as the same columns or names that differ in digits
    tell, are one source.

    Raises:
        ImportRefusedError: It is missing, empty, damaged, or may not be read.
    """
    container = container_at(path)
    if container == "zip":
        found = members(path)
        if any(each.filename in _WORKBOOK_PARTS for each in found):
            return (Part(path),)
    if container not in ("zip", "folder"):
        return (Part(path),)
    names = _names(path, container)
    if not names:
        part_names(path, container, "")
    kinds = _kinds(path, container, names)
    parts: list[Part] = []
    for kind in kinds:
        pattern = "" if len(kinds) == 1 else _pattern(kind, names)
        if len(kind) > 1 and pattern is not None:
            parts.append(Part(path, pattern))
        elif container == "folder":
            for name in kind:
                parts.extend(expand(path / name))
        else:
            parts.extend(Part(path, name if len(names) > 1 else "") for name in kind)
    return tuple(parts)


_WORKBOOK_PARTS = (
    "[Content_Types].xml",
    "xl/workbook.xml",
    "xl/workbook.bin",
    "content.xml",
)


def _names(path: Path, container: str) -> list[str]:
    if container == "zip":
        return [each.filename for each in members(path)]
    found = (
        each.relative_to(path).as_posix()
        for each in path.rglob("*")
        if each.is_file() and each.stat().st_size
    )
    return sorted(name for name in found if not is_hidden(name))


def _kinds(path: Path, container: str, names: Sequence[str]) -> list[list[str]]:
    """Group files by what their beginning shows; of hourly ones one is looked at."""
    shapes: dict[str, list[str]] = defaultdict(list)
    for name in names:
        shapes[re.sub(r"\d+", "0", name)].append(name)
    kinds: dict[str, list[str]] = defaultdict(list)
    for shape, alike in shapes.items():
        kinds[_signature(path, container, alike[0], shape)].extend(alike)
    return [sorted(each) for each in kinds.values()]


def _signature(path: Path, container: str, name: str, shape: str) -> str:
    """Return what files of one kind have in common."""
    try:
        with open_part(path, container, name) as stream:
            head = stream.read(HEAD)
    except ImportRefusedError:
        return name
    if container_of(head) != "plain" or head.startswith((b"PAR1", b"\xd0\xcf\x11\xe0")):
        # Each has its own names and types.
        return name
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    if first.startswith((b"{", b"[")):
        return f"json {shape}"
    return f"text {first.strip()!r}"


def _pattern(kind: Sequence[str], names: Sequence[str]) -> str | None:
    """Return a pattern that these names match and no others, if there is one."""
    first, last = min(kind), max(kind)
    start = 0
    while start < min(len(first), len(last)) and first[start] == last[start]:
        start += 1
    ends = [name[::-1] for name in kind]
    low, high = min(ends), max(ends)
    end = 0
    while end < min(len(low), len(high)) and low[end] == high[end]:
        end += 1
    end = min(end, *(len(name) - start for name in kind))
    pattern = f"{first[:start]}*{first[len(first) - end :]}"
    if pattern.count("*") != 1:
        return None
    matching = [name for name in names if _matches(name, pattern)]
    return pattern if matching == sorted(kind) else None


def _matches(name: str, member: str) -> bool:
    if name == member:
        return True
    start, star, end = member.partition("*")
    return bool(
        star
        and len(name) >= len(start) + len(end)
        and name.startswith(start)
        and name.endswith(end)
    )
