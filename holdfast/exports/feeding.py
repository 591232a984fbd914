"""Which tables of a dataset sources feed, and those that nothing feeds.

Planning a query takes as long as running it over a few thousand rows: of what nothing
feeds, the empty table is made at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

from holdfast.answer_marks import IN_ORDER
from holdfast.exports.mapping import Source
from holdfast.model import FEEDS, table
from holdfast.query import quoted

_OWN = ("events", "orders", "payments", "responses", "invitations", "tickets")
_FOR_ACTIVITY = ("activity", "activity_days", "activity_weeks", "activity_months")
_OF_FEEDS = {
    **{
        name: {feed.name for feed in FEEDS if feed.table == name}
        for name in (*_OWN, "touches", "exchange_rates")
    },
    IN_ORDER: {feed.name for feed in FEEDS if feed.table == "responses"},
    **{
        name: {feed.name for feed in FEEDS if feed.table == "subscriptions"}
        | {"payments"}
        for name in ("subscriptions", "derivations", "monthly_movements")
    },
    **{
        name: {feed.name for feed in FEEDS if feed.table in ("events", "orders")}
        for name in (*_FOR_ACTIVITY, "event_names", "holes")
    },
}
"""The feeds without which a table of the dataset is empty."""

_WITHOUT_KEYS = ("customers", "events", "invitations", "identities", "exchange_rates")
"""Feeds of which no row of a file repeats another one, but for events with an id."""


def fed_by(sources: Sequence[Source]) -> frozenset[str]:
    """Return the names of the feeds that sources feed."""
    return frozenset(part.feed for source in sources for part in source.mapping.feeds)


def unfed(sources: Sequence[Source]) -> frozenset[str]:
    """Return the tables of the dataset that are empty for certain."""
    fed = fed_by(sources)
    empty = {name for name, feeds in _OF_FEEDS.items() if feeds.isdisjoint(fed)}
    if not has_addresses(sources):
        empty.add("ambiguities")
    # They are of pairs.
    if len(sources) == 1:
        empty.add("matches")
    return frozenset(empty)


def has_addresses(sources: Sequence[Source]) -> bool:
    """Say whether e-mail addresses stand beside the ids of some source."""
    return any(
        part.roles.get("email") or "email" in part.constants
        for source in sources
        for part in source.mapping.feeds
    )


def can_repeat(sources: Sequence[Source]) -> bool:
    """Say whether rows can repeat others by what is mapped as their key."""
    return any(
        part.feed not in _WITHOUT_KEYS
        or part.roles.get("event_id")
        or "event_id" in part.constants
        for source in sources
        for part in source.mapping.feeds
    )


def make_empty(engine: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    """Make tables of the dataset that have no rows."""
    statements = []
    for name in sorted(names):
        columns = ", ".join(
            f"{quoted(each.name)} {each.type}" for each in table(name).columns
        )
        statements.append(f"create table {quoted(name)} ({columns})")
    engine.execute("; ".join(statements))
