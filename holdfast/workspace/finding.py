"""From what somebody names, a file, an archive or a folder, to what is loaded of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from holdfast.exports.reading import Part, expand, guess_reading
from holdfast.exports.reading.containers import is_hidden
from holdfast.exports.reading.parts import container_at, part_names

MOST_ALONE = 12
"""So many tables of one kind stay apart: only then what overlaps is found."""

_NO_DATA = (
    *(".py", ".pyc", ".ipynb", ".r", ".js", ".ts", ".sh", ".sql", ".css", ".lock"),
    *(".md", ".rst", ".html", ".htm", ".pdf", ".doc", ".docx", ".ppt", ".pptx"),
    *(".toml", ".yml", ".yaml", ".ini", ".log"),
    *(".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".mp4"),
)


@dataclass(frozen=True)
class Found:
    """What may be one source.

    Attributes:
        part: Where it is.
        name: Its name for people.
        is_among_others: It was found in a folder or an archive and not named itself.
    """

    part: Part
    name: str
    is_among_others: bool = False


def find(path: Path) -> tuple[Found, ...]:
    """Return what may be loaded of a file, an archive or a folder.

    In a folder, documents and programs are passed over. A few tables with the same
    columns stay apart, so that what overlaps is found; many are one source.

    Raises:
        ImportRefusedError: It is missing, empty, damaged, or may not be read.
    """
    parts = [each for part in expand(path) for each in _apart(part)]
    if len(parts) == 1 and parts[0].path == path:
        return (Found(parts[0], path.name),)
    kept = [each for each in parts if is_data(each.member or each.path.name)] or parts
    return tuple(Found(each, _name(path, each), True) for each in kept)


def is_data(name: str) -> bool:
    """Return whether a file may be data: by its name no document, nor hidden."""
    return not name.lower().endswith(_NO_DATA) and not is_hidden(name)


def _apart(part: Part) -> list[Part]:
    container = container_at(part.path)
    if container not in ("folder", "zip"):
        return [part]
    if container == "zip" and not part.member:
        return [part]
    names = part_names(part.path, container, part.member)
    if not 1 < len(names) <= MOST_ALONE:
        return [part]
    if guess_reading(part.path, part.member).format != "csv":
        return [part]
    if container == "folder":
        return [Part(part.path / name) for name in names]
    return [Part(part.path, name) for name in names]


def _name(root: Path, part: Part) -> str:
    """Name a part within what was given; the folder's own name says nothing new."""
    inside = "" if part.path == root else part.path.relative_to(root).as_posix()
    return "/".join(each for each in (inside, part.member) if each) or root.name
