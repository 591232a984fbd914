"""A file that says which ids are of the same customer: two columns and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from holdfast.exports.mapping import WORKSPACE_ZONE, FeedMapping, SourceMapping
from holdfast.exports.recognition.content import Look
from holdfast.exports.recognition.names import plain
from holdfast.exports.recognition.vocabulary import ID, PERSON, meanings

FEED = "identities"
_SURE = 0.7
_NAMED = 0.7
_IDS = ("id", "number", "category", "e-mail")
# What stands last in a name says what the name is of: stripe_customer.
_PEOPLE = frozenset(
    {"alias", "client", "contact", "customer", "member", "person", "subscriber", "user"}
)
# Ids of other things than people, and what is kept about them.
_THINGS = (
    *("account_id", "order_id", "subscription_id", "payment_id", "ticket_id"),
    *("response_id", "event_id", "referred_by", PERSON),
)
# Several people can have one of these, or have to do with one customer.
_SHARED = frozenset(
    {
        *("anonymous", "browser", "card", "cookie", "device", "fingerprint", "gaid"),
        *("household", "idfa", "install", "installation", "ip", "mac", "machine"),
        *("mobile", "phone", "session", "terminal", "token", "visit", "visitor"),
        *("friend", "guardian", "invited", "inviter", "manager", "owner", "parent"),
        *("partner", "referrer", "sales", "sender", "spouse", "support"),
    }
)


def pair(
    columns: Sequence[str],
    looks: Mapping[str, Look],
    sample: Mapping[str, Sequence[str]],
) -> tuple[SourceMapping, float, tuple[str, ...]] | None:
    """Return the mapping of a file of pairs of ids, if it surely is one.

    Wrongly taken for one, a list of devices would make one customer of all who share
    a device. So both names must mean customers, and in the sample no id of the second
    column may have several of the first; nor the other way round where the names do
    not tell which is the further one.

    Args:
        columns: Column names in the file's order.
        looks: What the values of each column look like.
        sample: Some values of each column, without the empty ones.
    """
    if len(columns) != 2:
        return None
    # One beside one: even of an id that could be of anything, each is of one customer.
    is_one_to_one = all(looks[each].is_unique for each in columns)
    if not all(_is_id(each, looks[each], is_one_to_one) for each in columns):
        return None
    own, other = sorted(columns, key=_rank)
    is_alike = _rank(own) == _rank(other)
    if not _is_customer(own) or not _have_one(sample[other], sample[own]):
        return None
    if is_alike and not _have_one(sample[own], sample[other]):
        return None
    part = FeedMapping(FEED, {"customer_id": (own,), "other_id": (other,)})
    reasons = (
        "it has two columns of ids of customers and nothing else, so each row says"
        " that two of them are of one customer",
        f"{own!r} is taken for the customer, {other!r} for another id of the same",
    )
    mapping = SourceMapping(FEED.capitalize(), (part,), zone=WORKSPACE_ZONE)
    return mapping, _SURE, reasons


def _is_id(column: str, values: Look, is_one_to_one: bool) -> bool:
    said = meanings(column)
    is_whole = values.kind != "number" or values.is_whole
    things = max(said.get(each, 0.0) for each in _THINGS)
    is_named = _is_customer(column) or said.get("other_id", 0.0) >= _NAMED
    # Not bare: a column named id is the row's own.
    words = plain(column).split()
    is_named |= (
        is_one_to_one
        and len(words) > 1
        and any(meanings(each).get(ID, 0.0) == 1.0 for each in words)
    )
    is_shared = bool(_SHARED & set(plain(column).split()))
    is_thing = things > max(said.get("customer_id", 0.0), said.get("other_id", 0.0))
    return (
        values.kind in _IDS and is_whole and is_named and not is_shared and not is_thing
    )


def _is_customer(column: str) -> bool:
    said = meanings(column).get("customer_id", 0.0)
    *_, last = ["", *plain(column).split()]
    return said >= _NAMED or last in _PEOPLE


def _have_one(ids: Sequence[str], others: Sequence[str]) -> bool:
    """Say whether each id stands beside one other id only, as far as can be seen."""
    if len(ids) != len(others):
        # Empty cells are left out: which values stood side by side is not known.
        return len(set(ids)) == len(ids)
    return len(set(zip(ids, others, strict=True))) == len(set(ids))


def _rank(column: str) -> int:
    """Order by how likely a column is the id that the customer goes by."""
    said = meanings(column)
    if said.get("customer_id", 0.0) == 1.0:
        return 1 if "other_id" in said else 0
    return 2 if _is_customer(column) else 3
