"""Which workspaces were opened lately: a short list beside the usual one."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from holdfast.errors import WorkspaceError
from holdfast.workspace.durable import write_json
from holdfast.workspace.folder import is_workspace

RECENT = "recent-workspaces.json"
_MOST = 12


def recent_workspaces(usual: Path) -> tuple[Path, ...]:
    """Return the workspaces that were opened lately and are there, the latest first.

    Args:
        usual: The folder of the usual workspace; the list is beside it.
    """
    try:
        text = (usual.parent / RECENT).read_text(encoding="utf-8")
        listed = list(json.loads(text)["workspaces"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    paths = [Path(each) for each in listed if isinstance(each, str)]
    return tuple(path for path in paths if is_workspace(path))


def remember_workspace(usual: Path, path: Path) -> None:
    """Put a workspace first in the list; a list that cannot be written is no fault."""
    before = [each for each in recent_workspaces(usual) if each != path]
    with suppress(OSError):
        kept = [str(each) for each in (path, *before)][:_MOST]
        write_json(usual.parent / RECENT, {"workspaces": kept})


def folder_named(text: str, usual: Path) -> Path:
    """Return the folder that somebody named; a name alone is beside the usual one.

    Raises:
        WorkspaceError: It is no name of a folder.
    """
    words = text.strip().strip("'\"")
    if not words or "\0" in words or words in (".", ".."):
        raise WorkspaceError(
            "no_folder",
            "That is no name of a folder.",
            "Write a name, such as Acme, or the path of a folder.",
        )
    try:
        path = Path(words).expanduser()
    except RuntimeError as error:
        raise WorkspaceError(
            "no_folder", f"There is no folder {words!r}.", "Write its whole path."
        ) from error
    return path if path.is_absolute() else usual.parent / path
