"""A mapping guessed from what column names mean and what values look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from holdfast.exports.mapping import ISO, WORKSPACE_ZONE, FeedMapping, SourceMapping
from holdfast.exports.recognition.answers import UNSAID, answers
from holdfast.exports.recognition.charges import OUTCOMES, are_charges, is_charge_id
from holdfast.exports.recognition.content import Look, look
from holdfast.exports.recognition.layouts import Sample, kept_columns
from holdfast.exports.recognition.making import with_made
from holdfast.exports.recognition.months import months
from holdfast.exports.recognition.names import plain
from holdfast.exports.recognition.pairs import pair
from holdfast.exports.recognition.rates import rates
from holdfast.exports.recognition.scales import score_values
from holdfast.exports.recognition.times import time_format
from holdfast.exports.recognition.unnamed import unnamed
from holdfast.exports.recognition.vocabulary import (
    CHARGED,
    DATE,
    ID,
    PERSON,
    FeedSigns,
    feed_signs,
    kind_of,
    meanings,
)
from holdfast.model import FEEDS, Feed, Role, feed

# Likelihoods, from 0 to 1: of what is taken, of what is needed, of what tells a feed.
_OPTIONAL = 0.6
_REQUIRED = 0.4
_SIGN = 0.75
_WHOLE = 0.6
_SURE = 0.75
"""A guess is never surer than this."""

_ANY_DATE = 0.7
_BARE_ID = 0.65
_MAIL_AS_ID = 0.62
_EACH_OPTIONAL = 0.02
_MOST_OPTIONAL = 8
# Ids that come twice are of something that has several rows.
_REPEATED = 0.7
_REPEATED_OWN = 0.62
_NEAR = 0.03

# Lines of which each has an order of its own are orders.
_LONE_LINE = 0.9
# A row with an id of its own beside the customer's is about something else.
_OF_ANOTHER = 0.7

# Rows with ids or outcomes of payments are hardly orders.
_OF_CHARGES = 0.9

# How well the values of a kind (rows) suit a role (columns).
_SUITS: Mapping[str, Mapping[str, float]] = {
    "instant": {"instant": 1.0},
    "id": {"id": 1.0, "number": 1.0, "category": 0.9, "e-mail": 0.5, "boolean": 0.5},
    "number": {"number": 1.0, "boolean": 1.0},
    "money": {"number": 1.0, "money": 1.0, "boolean": 0.9},
    "boolean": {"boolean": 1.0},
    "text": {
        "category": 1.0,
        "text": 1.0,
        "id": 0.9,
        "boolean": 0.7,
        "number": 0.7,
        "e-mail": 0.7,
        "money": 0.5,
    },
}
# How likely values of a kind alone make a column a role.
_TOLD_BY_VALUES = {
    ("email", "e-mail"): 0.9,
    ("event", "category"): 0.4,
    ("score", "number"): 0.95,
    ("comment", "text"): _OPTIONAL,
    ("amount", "money"): _OPTIONAL,
}
_CHARGE_ID = 0.9
_ANY_INSTANT = 0.5
_SCALE = 0.8
_ASKED_IN_WORDS = 0.95
# Without values the name alone decides; among filled columns an empty one tells little.
_NO_VALUES = {"unseen": 0.95, "empty": 0.5}
_ASKED = "kind"
_WHEN = "answered_at"
_ANSWERED = "responses"
# Taken for one of these wrongly, a file does harm: modules of their own tell them.
_TOLD_APART = frozenset({"identities", "exchange_rates", "mrr_months", "mrr_movements"})

Told = Mapping[str, tuple[float, str]]
"""Column to how sure its role is, from 0 to 1, and by what: 'name' or 'values'."""


@dataclass(frozen=True)
class Guess:
    """What a file may be for one feed.

    Attributes:
        part: The mapping of its columns.
        likelihood: From 0 to 1; 0 where a required role has no column.
        rank: Likelihood with what optional roles add; orders guesses.
        reasons: Which column is what, and why, in words.
        told: Column to how sure its role is, from 0 to 1, and by what.
    """

    part: FeedMapping
    likelihood: float
    rank: float
    reasons: tuple[str, ...] = field(default=())
    told: Told = field(default_factory=dict)


def guess(feed_name: str, columns: Sequence[str], sample: Sample) -> FeedMapping:
    """Guess the columns' roles in a file that somebody says feeds a table.

    Args:
        feed_name: The feed.
        columns: Column names in the file's order.
        sample: Some values of each column.
    """
    looks = _looks(columns, sample)
    return _guess(feed(feed_name), columns, sample, looks).part


def best_guess(
    columns: Sequence[str], sample: Sample
) -> tuple[SourceMapping, float, tuple[str, ...], Told] | None:
    """Return the likeliest mapping with its confidence and reasons, if there is any.

    The last one says how sure each column is, and by what.

    Args:
        columns: Column names in the file's order.
        sample: Some values of each column.
    """
    looks = _looks(columns, sample)
    plain_tables = (tell(columns, looks, sample) for tell in (pair, rates, months))
    if plain_table := next(filter(None, plain_tables), None):
        mapping, sure, why = plain_table
        return mapping, sure, why, dict.fromkeys(columns, (sure, "name"))
    guesses = [
        _guess(each, columns, sample, looks)
        for each in FEEDS
        if each.name not in _TOLD_APART
    ]
    likely = [each for each in guesses if each.likelihood >= _WHOLE]
    if not likely:
        told = unnamed(columns, looks, sample)
        return (*told, {}) if told else None
    first, *others = sorted(likely, key=lambda each: each.rank, reverse=True)
    name = _words(first.part.feed)
    reasons = [f"its columns and values are like those of {name}", *first.reasons]
    if others and others[0].rank > first.rank - _NEAR:
        reasons.append(f"it could be {_words(others[0].part.feed)} too")
    made, remarks = with_made(first.part, columns, sample)
    reasons += remarks
    parts = [made]
    if first.part.feed == _ANSWERED and _ASKED not in first.part.roles:
        others_of = _of_others(made)
        free = [each for each in columns if each not in others_of]
        parts, remarks = answers(made, free, sample)
        reasons += [remark for remark in remarks if remark != UNSAID]
    mapping = SourceMapping(
        title=name.capitalize(), feeds=tuple(parts), zone=WORKSPACE_ZONE
    )
    sure = round(_SURE * first.likelihood, 2)
    return mapping, sure, tuple(reasons), first.told


def _of_others(part: FeedMapping) -> set[str]:
    """Return the columns that are neither scores nor comments."""
    return {
        column
        for role in part.roles
        if role not in ("score", "comment")
        for column in part.columns_of(role)
    }


def _looks(columns: Sequence[str], sample: Sample) -> dict[str, Look]:
    return {
        column: look(sample[column]) if column in sample else Look("unseen")
        for column in columns
    }


def _words(feed_name: str) -> str:
    return feed_name.replace("_", " ")


def _guess(
    target: Feed, columns: Sequence[str], sample: Sample, looks: Mapping[str, Look]
) -> Guess:
    found = _assigned(target, columns, looks)
    roles = {
        role.name: (found[role.name][0],) for role in target.roles if role.name in found
    }
    constants, reasons = {}, [_reason(target, role, *found[role]) for role in roles]
    if _ASKED in {role.name for role in target.roles} and _ASKED not in roles:
        kind, remark = _kind(target, roles, looks)
        constants = {_ASKED: kind} if kind else {}
        reasons.append(remark)
    formats: dict[str, str] = {}
    for role in target.roles:
        if role.kind == "instant" and role.name in roles:
            form, remark = time_format(sample.get(roles[role.name][0], ()))
            formats |= {} if form == ISO else {role.name: form}
            reasons += [remark] if remark else []
    likelihood = _likelihood(target, columns, found, looks)
    optional = sum(
        1
        for role in target.roles
        if not _is_wanted(role) and found.get(role.name, ("", 0.0))[1] >= _OPTIONAL
    )
    taken = {column for found_ in roles.values() for column in found_}
    return Guess(
        part=FeedMapping(
            feed=target.name,
            roles=roles,
            constants=constants,
            formats=formats,
            values=_values(target, roles, sample),
            kept=kept_columns(columns, taken, target.name) if target.rest else (),
        ),
        likelihood=likelihood,
        rank=likelihood + _EACH_OPTIONAL * min(optional, _MOST_OPTIONAL),
        reasons=tuple(reasons),
        told={
            column: (round(_SURE * worth, 2), "name" if is_named else "values")
            for column, worth, is_named in found.values()
        },
    )


def _values(
    target: Feed, roles: Mapping[str, tuple[str, ...]], sample: Sample
) -> Mapping[str, Mapping[str, str]]:
    if target.name == "payments" and "status" in roles:
        return OUTCOMES
    return score_values(roles.get("score", ()), sample)


def _assigned(
    target: Feed, columns: Sequence[str], looks: Mapping[str, Look]
) -> dict[str, tuple[str, float, bool]]:
    """Give each role its best column, the likeliest pairs first.

    Returns:
        Role to column, likelihood, and whether its name says so.
    """
    pairs = []
    signs = feed_signs()[target.name]
    for order, role in enumerate(target.roles):
        least = _REQUIRED if _is_wanted(role) else _OPTIONAL
        for place, column in enumerate(columns):
            by_name = _by_name(signs, role, column, looks[column])
            by_content = _by_content(signs, role, column, looks[column])
            worth = max(by_name, by_content)
            if worth >= least:
                pairs.append((-worth, order, place, role.name, column, by_name))
    found: dict[str, tuple[str, float, bool]] = {}
    taken = set()
    for minus_worth, _, _, role_name, column, by_name in sorted(pairs):
        if role_name not in found and column not in taken:
            found[role_name] = (column, -minus_worth, by_name == -minus_worth)
            taken.add(column)
    return found


def _by_name(signs: FeedSigns, role: Role, column: str, values: Look) -> float:
    said = meanings(column)
    worth = said.get(role.name, 0.0)
    if role.name == signs.main:
        worth = max(worth, _ANY_DATE * said.get(DATE, 0.0))
    if role.name == signs.own:
        worth = max(worth, _BARE_ID * said.get(ID, 0.0))
    if not worth or (role.kind == "id" and _is_fraction(values)):
        return 0.0
    is_own = role.name == signs.own and role.name != "customer_id"
    if is_own and not values.is_unique:
        worth *= _REPEATED_OWN
    if role.name == "score" and values.is_scale:
        return worth
    suits = _SUITS[role.kind].get(values.kind) or _NO_VALUES.get(values.kind, 0.0)
    return worth * suits


def _is_fraction(values: Look) -> bool:
    return values.kind == "number" and not values.is_whole


def _by_content(signs: FeedSigns, role: Role, column: str, values: Look) -> float:
    """Return how likely values alone make a column a role; a name counts for more."""
    if role.name == "payment_id" and is_charge_id(values):
        return _CHARGE_ID
    if role.name == "score" and values.is_scale:
        return _ASKED_IN_WORDS if kind_of(column, None) else _SCALE
    if (role.name, values.kind) not in _TOLD_BY_VALUES:
        is_main = role.name == signs.main and _is_wanted(role)
        is_instant = is_main and values.kind == "instant"
        return _ANY_INSTANT if is_instant and not _is_of_the_tool(column) else 0.0
    if role.name == "event" and (values.is_unique or _is_of_the_tool(column)):
        return 0.0
    if role.name == "score":
        if kind_of(column, None):
            return _TOLD_BY_VALUES[role.name, values.kind]
        return _SCALE if "?" in column and kind_of("", values) else 0.0
    return _TOLD_BY_VALUES[role.name, values.kind]


def _is_of_the_tool(column: str) -> bool:
    """Say whether a column is of the program that moved the rows, such as when."""
    return column.startswith("_")


def _likelihood(
    target: Feed,
    columns: Sequence[str],
    found: Mapping[str, tuple[str, float, bool]],
    looks: Mapping[str, Look],
) -> float:
    # What all answers have in common can be asked for.
    if "email" in found and "customer_id" not in found:
        # Who has no other id goes by the address.
        column, worth, is_named = found["email"]
        found = {**found, "customer_id": (column, _MAIL_AS_ID * worth, is_named)}
    needed = [
        role.name for role in target.roles if role.is_required and role.name != _ASKED
    ]
    if target.name == _ANSWERED:
        needed.append(_when_or_what(found))
    if any(name not in found for name in needed):
        return 0.0
    if sum(1 for name in needed if not found[name][2]) > 1:
        # Two columns taken by their values alone are no evidence of anything.
        return 0.0
    worths = [found[name][1] for name in needed]
    taken = {column for column, *_ in found.values()}
    for group in feed_signs()[target.name].signs:
        sign = max(found[each][1] if each in found else 0.0 for each in group)
        if PERSON in group:
            sign = max(sign, _person(columns, taken))
        if CHARGED in group and are_charges(columns, looks):
            sign = 1.0
        if sign < _SIGN:
            return 0.0
        worths.append(sign)
    likelihood = sum(worths) / len(worths)
    return likelihood * _doubt(target, columns, found, looks)


def _is_wanted(role: Role) -> bool:
    """Say whether rows are hardly what they seem without a role."""
    return role.is_required or role.name == _WHEN


def _when_or_what(found: Mapping[str, tuple[str, float, bool]]) -> str:
    """Return the role that makes rows answers: a score without a date has to ask."""
    column = found["score"][0] if "score" in found else ""
    return "score" if "answered_at" not in found and kind_of(column, None) else _WHEN


def _doubt(
    target: Feed,
    columns: Sequence[str],
    found: Mapping[str, tuple[str, float, bool]],
    looks: Mapping[str, Look],
) -> float:
    """Return by how much the rows' ids make a feed less likely; 1 for not at all."""
    key = ("customer_id",) if target.name == "customers" else target.key
    doubt = 1.0
    if len(key) == 1 and key[0] in found and not looks[found[key[0]][0]].is_unique:
        doubt *= _REPEATED
    if target.name in ("orders", "order_lines") and are_charges(columns, looks):
        doubt *= _OF_CHARGES
    if target.name == "order_lines" and "unit_price" not in found:
        doubt *= _LONE_LINE if looks[found["order_id"][0]].is_unique else 1.0
    if target.name == "customers":
        own = found["customer_id"][0]
        if plain(own) != ID and any(plain(column) == ID for column in columns):
            doubt *= _OF_ANOTHER
    return doubt


def _person(columns: Sequence[str], taken: set[str]) -> float:
    """Return how surely rows are people: two columns have to say so."""
    said = sorted(
        (
            meanings(column).get(PERSON, 0.0)
            for column in columns
            if column not in taken
        ),
        reverse=True,
    )
    return said[1] if len(said) > 1 else 0.0


def _reason(
    target: Feed, role_name: str, column: str, worth: float, is_named: bool
) -> str:
    why = "name" if is_named else "values"
    return (
        f"{column!r} is taken for {target.role(role_name).meaning}, by its {why}"
        f" ({worth:.0%})"
    )


def _kind(
    target: Feed, roles: Mapping[str, tuple[str, ...]], looks: Mapping[str, Look]
) -> tuple[str | None, str]:
    for column in roles.get("score", ()):
        if kind := kind_of(column, looks[column]):
            return kind, f"{column!r} is a score of {kind.upper()}"
    return None, f"which survey the {target.name} are of is not said"
