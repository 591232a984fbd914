"""What changed between two versions, which figures moved, and the reason of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from holdfast.cancellation import Cancellation
from holdfast.comparison.figures import Figure, Name, figures_of
from holdfast.dataset import Dataset
from holdfast.periods import day_label
from holdfast.query import load
from holdfast.workspace import Status

_SETTINGS = {
    "zone": "Days are counted in the time zone {after}, not in {before}.",
    "week_start": "Weeks start on {after}, not on {before}.",
    "currency": "The currency is {after}, not {before}.",
    "min_n": "Figures of fewer than {after} customers are faded, not of {before}.",
    "email_matching": "Ids are joined by e-mail address: {after}, not {before}.",
    "lapse_days": "Customers lapse after {after} days of silence, not {before}.",
}
_UNSET = {"currency": "the data's own", "lapse_days": "as many as the data say"}


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
        moved: One row a figure that both have and that differs, the largest difference
            first: figure, of, kind, before, after, customers_before, customers_after
            (missing for counts), size (0 to 1), reason.
        same: How many figures both have alike.
        appeared: How many only the later version has.
        vanished: How many only the earlier version has.
    """

    changes: tuple[str, ...]
    moved: pd.DataFrame
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
        earlier.status.rows,
        lambda stage, share: tell(f"{stage}, before", share * 0.45),
        cancellation,
    )
    after = figures_of(
        later.dataset,
        later.status.rows,
        lambda stage, share: tell(f"{stage}, after", 0.45 + share * 0.45),
        cancellation,
    )
    tell("rows of days that were over", 0.9)
    added = _past_rows(earlier.dataset, later.dataset, cancellation)
    why = _Reasons(earlier.status, later.status, added)
    moved = []
    same = 0
    for name in before.keys() & after.keys():
        old, new = before[name], after[name]
        if not old.is_complete and not new.is_complete:
            continue
        if old.value == new.value and old.customers == new.customers:
            same += 1
            continue
        moved.append(_row(name, old, new, why.of(name, old, new)))
    table = pd.DataFrame(moved, columns=_COLUMNS)
    return Comparison(
        changes=(
            *_file_changes(earlier.status, later.status),
            *_setting_changes(earlier.status, later.status),
            *_row_changes(added),
            *_joined(earlier.status, later.status, added),
        ),
        moved=table.sort_values(
            ["size", "figure", "of"], ascending=[False, True, True], ignore_index=True
        ),
        same=same,
        appeared=len(after.keys() - before.keys()),
        vanished=len(before.keys() - after.keys()),
    )


_COLUMNS = [
    *("figure", "of", "kind", "before", "after"),
    *("customers_before", "customers_after", "size", "reason"),
]


def _row(name: Name, old: Figure, new: Figure, reason: str) -> dict[str, object]:
    return {
        "figure": name[0],
        "of": name[1],
        "kind": new.kind,
        "before": old.value,
        "after": new.value,
        "customers_before": old.customers,
        "customers_after": new.customers,
        "size": _size(old, new),
        "reason": reason,
    }


def _size(old: Figure, new: Figure) -> float:
    """Return how far a figure moved, from 0 to 1, so that all can be ranked.

    Shares by their difference; counts and lengths by the part of the greater one; days
    by the part of a year.
    """
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


@dataclass(frozen=True)
class _Reasons:
    """Says why a figure moved, as far as that can be derived.

    Attributes:
        earlier: What the version before holds.
        later: What the version after holds.
        added: Table to rows added to (or, negative, gone from) days that were over.
    """

    earlier: Status
    later: Status
    added: Mapping[str, int]

    def of(self, name: Name, old: Figure, new: Figure) -> str:
        """Return the reason for one figure, as one or two short sentences."""
        if not old.is_complete and new.is_complete:
            return "Its time was not over in the version before."
        if old.cohorts is not None and old.cohorts != new.cohorts:
            more = (new.cohorts or 0) - old.cohorts
            return f"It is pooled over {_more(more, 'complete cohort')}."
        reasons = []
        if old.customers is not None and old.customers != new.customers:
            more = (new.customers or 0) - old.customers
            reasons.append(f"It is of {_more(more, 'customer')}.")
        if self._differs("zone"):
            reasons.append("Days begin at another hour: the time zone changed.")
        elif self._differs("week_start") and "week" in f"{name[0]} {name[1]}".lower():
            reasons.append("Weeks start on another day.")
        elif self._differs("lapse_days") and name[1] == "all customers":
            reasons.append("Another silence counts as having left.")
        if reasons:
            return " ".join(reasons)
        if new.table:
            return self._of_table(new)
        if any(self.added.values()):
            return "Rows changed on days that were over before."
        if _mapped_anew(self.earlier, self.later):
            return "A file was mapped anew."
        return "Later data count for it."

    def _of_table(self, figure: Figure) -> str:
        past = self.added.get(figure.table, 0)
        if figure.kind == "day":
            return "Other days are in the data."
        if past:
            return f"{_signed(past)} of them on days that were over before."
        if figure.table == "customers":
            return "Other customers are in the data."
        return "All on days after the end of the version before."

    def _differs(self, setting: str) -> bool:
        before = getattr(self.earlier.settings, setting)
        return bool(before != getattr(self.later.settings, setting))


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


def _file_changes(earlier: Status, later: Status) -> list[str]:
    old = {source.id: source for source in earlier.sources}
    new = {source.id: source for source in later.sources}
    anew = _mapped_anew(earlier, later)
    gone = [old[each].name for each in old if each not in new]
    come = [new[each].name for each in new if each not in old]
    return [
        *(f"{name} was mapped or read anew." for name in anew),
        *(f"{name} was added." for name in come if name not in anew),
        *(f"{name} was removed." for name in gone if name not in anew),
    ]


def _mapped_anew(earlier: Status, later: Status) -> list[str]:
    """Return the names of files with the same bytes that were taken otherwise."""
    ids = {source.id for source in earlier.sources}
    digests = {source.digest for source in earlier.sources}
    return [
        source.name
        for source in later.sources
        if source.digest in digests and source.id not in ids
    ]


def _setting_changes(earlier: Status, later: Status) -> list[str]:
    changes = []
    for name, sentence in _SETTINGS.items():
        before = getattr(earlier.settings, name)
        after = getattr(later.settings, name)
        if before != after:
            unset = _UNSET.get(name, "")
            changes.append(
                sentence.format(
                    before=before or unset or before, after=after or unset or after
                )
            )
    return changes


def _row_changes(added: Mapping[str, int]) -> list[str]:
    return [
        f"{table.capitalize()}: {abs(rows):,} row{'' if abs(rows) == 1 else 's'}"
        f" {'came to' if rows > 0 else 'went from'} days that were over in the version"
        " before."
        for table, rows in sorted(added.items())
    ]


def _joined(earlier: Status, later: Status, added: Mapping[str, int]) -> list[str]:
    """Say that ids were joined, where nothing else can have made customers fewer."""
    fewer = earlier.rows.get("customers", 0) - later.rows.get("customers", 0)
    gone = {each.digest for each in earlier.sources} - {
        each.digest for each in later.sources
    }
    if fewer <= 0 or gone or _mapped_anew(earlier, later):
        return []
    if any(rows < 0 for rows in added.values()):
        return []
    return [
        f"There are {fewer:,} customers fewer though no file went: ids were joined."
    ]


def _more(difference: int, noun: str) -> str:
    word = "more" if difference > 0 else "fewer"
    return f"{abs(difference):,} {noun}{'' if abs(difference) == 1 else 's'} {word}"


def _signed(number: int) -> str:
    return f"{number:+,}"


def _silent(stage: str, share: float) -> None:
    """Tell nobody."""


def version_label(status: Status) -> str:
    """Name a version for people: its number, its files and when they were loaded."""
    at = status.loaded_at
    files = len(status.sources)
    loaded = f", loaded to {day_label(at.date())} {at:%H:%M} UTC" if at else ""
    return f"Version {status.dataset}: {files} file{'s' * (files != 1)}{loaded}"
