"""What changed between two versions in sentences, and why a figure moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.comparison.figures import Figure, Name
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
class Reasons:
    """Says why a figure moved, as far as that can be derived.

    Attributes:
        earlier: What the version before holds.
        later: What the version after holds.
        added: Table to rows added to (or, negative, gone from) days that were over.
        joined: By what ids became one customer with others, to how many of them.
        parted: How many ids became customers of their own.
    """

    earlier: Status
    later: Status
    added: Mapping[str, int]
    joined: Mapping[str, int]
    parted: int

    def of(self, name: Name, old: Figure, new: Figure) -> str:
        """Return the reason for a question's figure, as one or more short sentences."""
        if old.cohorts is not None and old.cohorts != new.cohorts:
            more = (new.cohorts or 0) - old.cohorts
            return f"It is pooled over {_more(more, 'complete cohort')}."
        reasons = []
        if old.customers is not None and old.customers != new.customers:
            more = (new.customers or 0) - old.customers
            reasons.append(f"It is of {_more(more, 'customer')}.")
        if self.joined or self.parted:
            reasons.append("Ids are joined otherwise.")
        if self._differs("zone"):
            reasons.append("Days begin at another hour: the time zone changed.")
        elif self._differs("week_start") and "week" in f"{name[0]} {name[1]}".lower():
            reasons.append("Weeks start on another day.")
        elif self._differs("lapse_days") and old.is_of_all_time:
            reasons.append("Another silence counts as having left.")
        if reasons:
            return " ".join(reasons)
        if any(self.added.values()):
            return "Rows changed on days that were over before."
        if _mapped_anew(self.earlier, self.later):
            return "A file was mapped anew."
        if self.earlier.is_outdated != self.later.is_outdated:
            return "Another version of Holdfast made the tables."
        return "Later data count for it."

    def of_table(self, old: Figure | None, new: Figure | None) -> str:
        """Return the reason why a table has other rows, or other days."""
        if old is None or new is None:
            return "The table is new." if old is None else "The table is gone."
        if new.kind == "day":
            if self._differs("zone"):
                return "Days begin at another hour: the time zone changed."
            return "Other days are in the data."
        if past := self.added.get(new.table, 0):
            return f"{past:+,} of them on days that were over before."
        if new.table == "customers":
            return "Other customers are in the data."
        return "As many as before on days that were over."

    def changes(self) -> list[str]:
        """Return what changed: files, settings, rows of days that were over, ids."""
        return [
            *_file_changes(self.earlier, self.later),
            *_setting_changes(self.earlier, self.later),
            *_version_changes(self.earlier, self.later),
            *_row_changes(self.added),
            *_id_changes(self.joined, self.parted),
        ]

    def _differs(self, setting: str) -> bool:
        before = getattr(self.earlier.settings, setting)
        return bool(before != getattr(self.later.settings, setting))


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


def _version_changes(earlier: Status, later: Status) -> list[str]:
    if earlier.is_outdated == later.is_outdated:
        return []
    which = "before" if earlier.is_outdated else "after"
    return [f"An earlier version of Holdfast made the tables of the version {which}."]


def _id_changes(joined: Mapping[str, int], parted: int) -> list[str]:
    changes = []
    if count := sum(joined.values()):
        ways = ", ".join(f"{ids:,} by {way}" for way, ids in sorted(joined.items()))
        were = "that was a customer" if count == 1 else "that were customers"
        changes.append(
            f"{count:,} {'id' if count == 1 else 'ids'} {were} of {_own(count)} became"
            f" one with another: {ways}."
        )
    if parted:
        was = "that was" if parted == 1 else "that were"
        changes.append(
            f"{parted:,} {'id' if parted == 1 else 'ids'} {was} one with another became"
            f" {'a customer' if parted == 1 else 'customers'} of {_own(parted)}."
        )
    return changes


def _own(count: int) -> str:
    return "its own" if count == 1 else "their own"


def _more(difference: int, noun: str) -> str:
    word = "more" if difference > 0 else "fewer"
    return f"{abs(difference):,} {noun}{'' if abs(difference) == 1 else 's'} {word}"
