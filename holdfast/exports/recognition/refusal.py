"""The refusal of a file that is not clear: what the nearest layout lacks."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.errors import ImportRefusedError
from holdfast.exports.recognition.layouts import (
    Layout,
    fitting_layout,
    found_columns,
    layouts,
)
from holdfast.exports.recognition.names import by_normal_name, find
from holdfast.model import feed

# Below this share of a layout's columns, naming it would mislead.
_NEAR = 0.5
_SHOWN = 8


def missing_columns(columns: Sequence[str], name: str) -> ImportRefusedError:
    """Return the refusal of a file that cannot be mapped, and the way out.

    Args:
        columns: Column names in the file's order.
        name: The file's name.
    """
    names = by_normal_name(columns)
    known = fitting_layout(columns, names, {})
    if known and not known.feeds:
        return ImportRefusedError(
            "feeds_nothing",
            f"{name} holds {known.title}, which fill no table: {known.traps[0]}.",
            "Leave it out, or say on the Data page what one row of it is.",
        )

    def nearness(layout: Layout) -> tuple[float, bool, int]:
        found = len(found_columns(layout, names))
        size = len(layout.signature) + len(layout.signature_patterns)
        return found / size, layout.status == "ours", found

    feeding = (each for each in layouts().values() if each.feeds)
    nearest = max(feeding, key=nearness)
    if nearness(nearest)[0] < _NEAR:
        shown = ", ".join(columns[:_SHOWN]) + (" …" if len(columns) > _SHOWN else "")
        # A name such as "No." has a full stop of its own.
        return ImportRefusedError(
            "unknown_layout",
            f"It is not clear what {name} holds: its columns are {shown.rstrip('.')}.",
            "Say what its columns are on the Data page, or rename them: events need"
            " user_id, event and timestamp, customers user_id and signed_up_at.",
        )
    lacking = [each for each in nearest.signature if not find(each, names)]
    words = " and ".join(_lacking(nearest, entry) for entry in lacking)
    return ImportRefusedError(
        "missing_column",
        f"{name} looks like {nearest.title} but has no column that says"
        f" {words or 'what was asked'}.",
        "Rename the column that holds it, or say which one it is on the Data page.",
    )


def _lacking(layout: Layout, entry: str) -> str:
    """Say what a signature's entry stands for, and how the column may be called."""
    alternatives = entry.split("|")
    called = ", ".join(alternatives[:4]) + (" …" if len(alternatives) > 4 else "")
    for raw in layout.feeds:
        for role, entries in raw.get("roles", {}).items():
            if set(alternatives) & {
                each for all_ in entries for each in all_.split("|")
            }:
                return f"{feed(raw['feed']).role(role).meaning} ({called})"
    return called
