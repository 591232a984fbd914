"""What changed between two versions, which figures moved, and the reason of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from holdfast.cancellation import Cancellation
from holdfast.comparison.figures import Figure, Name, extent_of, figures_of
from holdfast.comparison.reasons import Reasons
from holdfast.dataset import Dataset
from holdfast.periods import day_label
from holdfast.query import load
from holdfast.workspace import Status


@dataclass(frozen=True)
class Version:
    """A version of a workspace's dataset, opened.

    Attributes:
        status: What it holds.
        dataset: The dataset.
    """

    status: Status
    dataset: Dataset


@dataclass(frozen=True)
class Comparison:
    """What differs between two versions.

    Attributes:
        changes: Sentences on what changed: files, mappings, settings, rows.
        moved: One row a figure of time that was over in both and that differs, the
            largest difference first: figure, of, kind, before, after,
            customers_before, customers_after (missing for counts), size (0 to 1),
            reason.
        grown: The same for what goes on: rows and days of each table (missing where a
            version has none), and figures that pool all that is complete.
        same: How many figures of time that was over both have alike.
        appeared: How many only the later version has, their time being over.
        vanished: How many only the earlier version has, their time being over.
    """

    changes: tuple[str, ...]
    moved: pd.DataFrame
    grown: pd.DataFrame
    same: int
    appeared: int
    vanished: int


def compare(
    earlier: Version,
    later: Version,
    progress: Callable[[str, float], None] | None = None,
    cancellation: Cancellation | None = None,
) -> Comparison:
    """Compare two versions of a dataset.

    Args:
        earlier: The version before.
        later: The version after.
        progress: Told what is asked and the share done.
        cancellation: Wish to stop.

    Raises:
        CancelledError: Somebody asked to stop.
        DatasetError: The engine stopped a query.
    """
    tell = progress or _silent
    before = figures_of(
        earlier.dataset,
        lambda stage, share: tell(f"{stage}, before", share * 0.45),
        cancellation,
    )
    after = figures_of(
        later.dataset,
        lambda stage, share: tell(f"{stage}, after", 0.45 + share * 0.45),
        cancellation,
    )
    tell("rows of days that were over", 0.9)
    why = Reasons(
        earlier.status,
        later.status,
        _past_rows(earlier.dataset, later.dataset, cancellation),
        *_rejoined(earlier, later, cancellation),
    )
    has_same_end = _end(earlier.dataset) == _end(later.dataset)
    moved: list[dict[str, object]] = []
    grown: list[dict[str, object]] = []
    same = 0
    for name in before.keys() & after.keys():
        old, new = before[name], after[name]
        is_past = _is_past(old, new, has_same_end)
        if old.value == new.value and old.customers == new.customers:
            same += is_past
            continue
        row = _row(name, old, new, why.of(name, old, new))
        (moved if is_past else grown).append(row)
    extents = [extent_of(each.dataset, each.status.rows) for each in (earlier, later)]
    for name in {**extents[0], **extents[1]}:
        first, second = (extent.get(name) for extent in extents)
        if first != second:
            grown.append(_row(name, first, second, why.of_table(first, second)))
    return Comparison(
        changes=tuple(why.changes()),
        moved=_ranked(moved),
        grown=_ranked(grown),
        same=same,
        appeared=len(after.keys() - before.keys()),
        vanished=len(before.keys() - after.keys()),
    )


_WAYS = {"e-mail": "e-mail address"}
_COLUMNS = [
    *("figure", "of", "kind", "before", "after"),
    *("customers_before", "customers_after", "size", "reason"),
]


def _row(
    name: Name, old: Figure | None, new: Figure | None, reason: str
) -> dict[str, object]:
    return {
        "figure": name[0],
        "of": name[1],
        "kind": new.kind if new else old.kind if old else "",
        "before": old.value if old else None,
        "after": new.value if new else None,
        "customers_before": old.customers if old else None,
        "customers_after": new.customers if new else None,
        "size": _size(old, new),
        "reason": reason,
    }


def _size(old: Figure | None, new: Figure | None) -> float:
    """Return how far a figure moved, from 0 to 1, so that all can be ranked.

    Shares by their difference; counts and lengths by the part of the greater one; days
    by the part of a year.
    """
    if old is None or new is None:
        return 1.0
    if old.value is None or new.value is None:
        return 0.0 if old.value is new.value else 1.0
    gap = abs(new.value - old.value)
    match new.kind:
        case "share":
            return gap
        case "day":
            return min(gap / 365, 1.0)
        case _:
            return gap / max(abs(old.value), abs(new.value), 1.0)


def _ranked(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=_COLUMNS).sort_values(
        ["size", "figure", "of"], ascending=[False, True, True], ignore_index=True
    )


def _is_past(old: Figure, new: Figure, has_same_end: bool) -> bool:
    """Return whether a figure is of the same time that was over in both versions.

    What pools all complete cohorts, or counts all time so far, is another figure as
    soon as a cohort or a day more is complete.
    """
    if old.cohorts is not None:
        return old.cohorts == new.cohorts
    return has_same_end or not old.is_of_all_time


def _end(dataset: Dataset) -> date | None:
    return max((seen.as_of for seen in dataset.observed.values()), default=None)


def _past_rows(
    earlier: Dataset, later: Dataset, cancellation: Cancellation | None
) -> dict[str, int]:
    """Count rows that came to, or went from, days that were complete before."""
    query = load("rows_before").text
    added: dict[str, int] = {}
    ends = {table: seen.as_of for table, seen in earlier.observed.items()}
    for end in set(ends.values()):
        counts = []
        for dataset in (earlier, later):
            frame = dataset.frame(query, {"before_on": end}, cancellation)
            names = frame["table_name"]
            counts.append(dict(zip(names, frame["rows"].astype(int), strict=True)))
        before, after = counts
        for table in (each for each, its in ends.items() if its == end):
            difference = after.get(table, 0) - before.get(table, 0)
            if difference:
                added[table] = difference
    return added


def _rejoined(
    earlier: Version, later: Version, cancellation: Cancellation | None
) -> tuple[dict[str, int], int]:
    """Count ids that were customers of their own and are not now, and the reverse.

    Returns:
        Those that became one with another, by what, and how many became customers of
        their own; nothing where a version has no table of identities.
    """
    identities = [each.status.rows.get("identities") for each in (earlier, later)]
    if None in identities or not any(identities):
        return {}, 0
    query = load("known_ids").text
    before, after = (
        each.dataset.frame(query, {}, cancellation) for each in (earlier, later)
    )
    joined = _became_further(before, after)["matched_by"].value_counts()
    return (
        {_WAYS.get(str(way), str(way)): int(ids) for way, ids in joined.items()},
        len(_became_further(after, before)),
    )


def _became_further(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    own = one.loc[one["matched_by"].isna(), "known_id"]
    further = other[other["matched_by"].notna()]
    return further[further["known_id"].isin(own)]


def _silent(stage: str, share: float) -> None:
    """Tell nobody."""


def version_label(status: Status) -> str:
    """Name a version for people: its number, its files and when they were loaded."""
    at = status.loaded_at
    files = len(status.sources)
    loaded = f", loaded to {day_label(at.date())} {at:%H:%M} UTC" if at else ""
    return f"Version {status.dataset}: {files} file{'s' * (files != 1)}{loaded}"
