"""Mappings that somebody chose, kept for the next file with the same columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from holdfast.exports.mapping import SourceMapping

_MOST = 50


@dataclass(frozen=True)
class Remembered:
    """A mapping that was chosen for a file.

    Attributes:
        columns: Names of the file's columns, in order.
        name: The file's name.
        mapping: What it was taken for.
    """

    columns: tuple[str, ...]
    name: str
    mapping: SourceMapping

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "columns": list(self.columns),
            "name": self.name,
            "mapping": self.mapping.to_json(),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Remembered:
        """Return what ``to_json`` wrote."""
        return cls(
            tuple(str(each) for each in values["columns"]),
            str(values["name"]),
            SourceMapping.from_json(values["mapping"]),
        )


def remembered(state: Mapping[str, Any]) -> list[Remembered]:
    """Return the mappings that a workspace remembers, the oldest first."""
    return [Remembered.from_json(each) for each in state.get("mappings", [])]


def find_remembered(
    state: Mapping[str, Any], columns: Iterable[str]
) -> Remembered | None:
    """Return the mapping for a file with these columns, if there is one."""
    wanted = tuple(columns)
    return next((each for each in remembered(state) if each.columns == wanted), None)


def with_mappings(
    state: Mapping[str, Any],
    chosen: Sequence[Remembered],
    dropped: Iterable[tuple[str, ...]] = (),
) -> dict[str, Any]:
    """Return a workspace's state that remembers further mappings.

    Args:
        state: The state.
        chosen: Mappings to remember.
        dropped: Columns whose mapping is forgotten.
    """
    gone = {each.columns for each in chosen} | set(dropped)
    kept = [each for each in remembered(state) if each.columns not in gone]
    every = [*kept, *chosen][-_MOST:]
    if not every and "mappings" not in state:
        return dict(state)
    return {**state, "mappings": [each.to_json() for each in every]}


def learnt(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a change of a workspace's state made it remember or forget.

    Args:
        before: The state before the change.
        after: The state after it.

    Returns:
        One entry for each file's columns: the mapping before and after, or None.
    """
    old = {each.columns: each.to_json() for each in remembered(before)}
    new = {each.columns: each.to_json() for each in remembered(after)}
    return [
        {"before": old.get(columns), "after": new.get(columns)}
        for columns in {**old, **new}
        if old.get(columns) != new.get(columns)
    ]


def unlearnt(
    state: Mapping[str, Any], entries: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return a workspace's state without what a change made it remember.

    What somebody chose or forgot since stays as it is.

    Args:
        state: The state.
        entries: What ``learnt`` returned of the change; of several, in their order.
    """
    now = dict(state)
    for entry in reversed(list(entries)):
        before, after = (
            Remembered.from_json(entry[each]) if entry[each] else None
            for each in ("before", "after")
        )
        columns = next(each.columns for each in (before, after) if each)
        if find_remembered(now, columns) == after:
            now = with_mappings(now, [before] if before else [], [columns])
    return now
