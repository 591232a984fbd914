"""What a mapping is made of, and its JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from holdfast.exports.notations import PLAIN
from holdfast.model import feed

ISO = "iso"
EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
"""Time formats that count since 1970-01-01 UTC, with microseconds of one unit."""

WORKSPACE_ZONE = "workspace"


@dataclass(frozen=True)
class Kept:
    """A column that is carried along as an attribute or a property.

    Attributes:
        column: The file's column.
        name: Its name in the dataset.
        type: 'category', 'number' or 'date'.
        filled: Rows with a value; decides which properties get a column.
    """

    column: str
    name: str
    type: str = "category"
    filled: int = 0


@dataclass(frozen=True)
class Made:
    """A column that is made from others of the same row.

    Attributes:
        how: 'join' (texts, one blank between), 'product', 'difference' (the first
            less the others), 'bare' (without a leading ``text``), or what a duration
            counts, to become minutes: 'clock' (HH:MM:SS), 'seconds', 'hours', 'days'.
        columns: The file's columns, in order.
        text: For 'bare', what is taken off.
    """

    how: str
    columns: tuple[str, ...]
    text: str = ""


@dataclass(frozen=True)
class Condition:
    """Which rows a table takes from a file, by the values of one column.

    Attributes:
        column: The file's column.
        values: Values as given, in any case; '' is an empty cell.
        is_only: No other rows are taken; else these are left out.
    """

    column: str
    values: tuple[str, ...]
    is_only: bool = False


@dataclass(frozen=True)
class FeedMapping:
    """How a source feeds one table; it may feed one table in several ways.

    Attributes:
        feed: Name of the feed, as in ``model.FEEDS``.
        roles: Role to columns; the first column with a value counts.
        constants: Role to a value for every row.
        formats: Instant role to 'iso', an epoch format or a strptime format; before
            one stands 'be:' where years are Buddhist.
        values: Role to what values as given (lower case) stand for.
        divisors: Money role to what its amounts are divided by (100 = cents).
        kept: Attributes or properties.
        decimal: How numbers and money are written: '' for 1234.5 only, '.' for
            1,234.5 too, ',' for 1.234,5.
        made: Columns that roles name and that are made from the file's own.
        where: Which rows are taken; every condition must hold.
        filled_by: Role whose rows with one value tell whose and when together: what
            one leaves out is that of the first that has it; empty for none.
    """

    feed: str
    roles: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    divisors: Mapping[str, int] = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()
    decimal: str = PLAIN
    made: Mapping[str, Made] = field(default_factory=dict)
    where: tuple[Condition, ...] = ()
    filled_by: str = ""

    def columns_of(self, role: str) -> tuple[str, ...]:
        """Return the file's columns that a role needs, those of made ones too."""
        return tuple(
            column
            for name in self.roles.get(role, ())
            for column in (self.made[name].columns if name in self.made else (name,))
        )

    def values_of(self, role: str, sample: Mapping[str, Sequence[str]]) -> list[str]:
        """Return sampled values of a role as they are written; none of what is counted.

        Args:
            role: The role.
            sample: Some values of each column, without the empty ones.
        """
        found: list[str] = []
        for name in self.roles.get(role, ()):
            made = self.made.get(name, Made("join", (name,)))
            cells = [sample.get(column, ()) for column in made.columns]
            if made.how == "join" and len({len(each) for each in cells}) == 1:
                found += [" ".join(each) for each in zip(*cells, strict=True)]
            elif made.how == "bare":
                found += [each.removeprefix(made.text) for each in cells[0]]
        return found


@dataclass(frozen=True)
class SourceMapping:
    """What a source is and which tables it feeds.

    Attributes:
        title: For people, such as "Stripe subscriptions".
        feeds: One entry for each table that it feeds.
        zone: IANA zone of times that name none; 'workspace' for the workspace's.
        layout: Name of the recognised layout; None for a guessed mapping.
    """

    title: str
    feeds: tuple[FeedMapping, ...]
    zone: str = "UTC"
    layout: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the mapping as plain values."""
        values = asdict(self)
        for part in values["feeds"]:
            # As before there were such things: so the hash stays the same.
            for name in ("decimal", "made", "where", "filled_by"):
                if not part[name]:
                    del part[name]
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SourceMapping:
        """Return the mapping that ``to_json`` wrote."""
        return cls(
            title=values["title"],
            feeds=tuple(_feed_from_json(part) for part in values["feeds"]),
            zone=values["zone"],
            layout=values["layout"],
        )


@dataclass(frozen=True)
class Source:
    """A stored source as the staged relations see it.

    Attributes:
        number: Position in the order of loading, from 0; later wins.
        parquet: Path of its rows.
        columns: Name and DuckDB type of each column.
        first_line: Line of the first row in the file.
        line_column: Column with each row's line; None where it follows the position.
        padded: Text columns with cells to be trimmed.
        mapping: What it is.
        unreadable: Path of its rows that could not be read; empty for none.
        files: Line on which each of several files begins; empty for one.
        loaded_at: ISO text of when it was loaded; what happened did so before.
    """

    number: int
    parquet: str
    columns: Mapping[str, str]
    first_line: int
    line_column: str | None
    padded: frozenset[str]
    mapping: SourceMapping
    unreadable: str = ""
    files: tuple[int, ...] = ()
    loaded_at: str = ""


def _feed_from_json(values: Mapping[str, Any]) -> FeedMapping:
    return FeedMapping(
        feed=values["feed"],
        roles={role: tuple(names) for role, names in values["roles"].items()},
        constants=values["constants"],
        formats=values["formats"],
        values=values["values"],
        divisors=values["divisors"],
        kept=_kept_from_json(values["kept"], values["feed"]),
        decimal=values.get("decimal", PLAIN),
        made={
            name: Made(each["how"], tuple(each["columns"]), each["text"])
            for name, each in values.get("made", {}).items()
        },
        where=tuple(
            Condition(each["column"], tuple(each["values"]), each["is_only"])
            for each in values.get("where", ())
        ),
        filled_by=values.get("filled_by", ""),
    )


def _kept_from_json(
    values: Sequence[Mapping[str, Any]], feed_name: str
) -> tuple[Kept, ...]:
    # Roles that came later have the name now that a column was kept under before.
    roles = {role.name for role in feed(feed_name).roles}
    used = roles | {each["name"].casefold() for each in values}
    kept = []
    for each in values:
        name = each["name"]
        while name in roles or (name != each["name"] and name.casefold() in used):
            name += "_"
        used.add(name.casefold())
        kept.append(Kept(**{**each, "name": name}))
    return tuple(kept)
