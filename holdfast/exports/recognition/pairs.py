"""A file that says which ids are of the same customer: two columns and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from holdfast.exports.mapping import WORKSPACE_ZONE, FeedMapping, SourceMapping
from holdfast.exports.recognition.content import Look
from holdfast.exports.recognition.vocabulary import meanings

FEED = "identities"
_SURE = 0.7
_NAMED = 0.7
_IDS = ("id", "number", "category", "e-mail", "empty", "unseen")
# A column of addresses beside an id is in every list of customers.
_MEANT = ("customer_id", "other_id")
# Ids of other things than people.
_THINGS = frozenset({"account_id", "order_id", "subscription_id", "payment_id"})
_THINGS_TOO = frozenset({"ticket_id", "response_id", "event_id"})


def pair(
    columns: Sequence[str], looks: Mapping[str, Look]
) -> tuple[SourceMapping, float, tuple[str, ...]] | None:
    """Return the mapping of a file of pairs of ids, if it is one.

    Args:
        columns: Column names in the file's order.
        looks: What the values of each column look like.
    """
    if len(columns) != 2 or not all(_is_id(each, looks[each]) for each in columns):
        return None
    own, other = sorted(columns, key=_rank)
    part = FeedMapping(FEED, {"customer_id": (own,), "other_id": (other,)})
    reasons = (
        "it has two columns of ids or e-mail addresses and nothing else, so each row"
        " says that two of them are of one customer",
        f"{own!r} is taken for the customer, {other!r} for another id of the same",
    )
    mapping = SourceMapping(FEED.capitalize(), (part,), zone=WORKSPACE_ZONE)
    return mapping, _SURE, reasons


def _is_id(column: str, values: Look) -> bool:
    said = meanings(column)
    is_whole = values.kind != "number" or values.is_whole
    named = max(said.get(each, 0.0) for each in _MEANT)
    things = max(said.get(each, 0.0) for each in _THINGS | _THINGS_TOO)
    return values.kind in _IDS and is_whole and named >= _NAMED and named >= things


def _rank(column: str) -> int:
    """Order by how likely a column is the id that the customer goes by."""
    said = meanings(column)
    if said.get("customer_id", 0.0) == 1.0:
        return 0
    return 1 if said.get("customer_id", 0.0) >= _NAMED else 2
