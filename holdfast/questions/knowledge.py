"""What the loaded data can tell of what a page is about, and what would tell more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from holdfast.currencies import Money, chosen_currency, counted_currencies, currencies
from holdfast.dataset import Dataset, Derivation
from holdfast.measures import percent
from holdfast.query import load
from holdfast.questions.voice_knowledge import Told, surveys_told, tickets_told
from holdfast.reasons import UNEXPLAINED

Subject = Literal[
    "churn", "reasons", "money", "value", "win_back", "surveys", "tickets"
]
"""What a page is about."""

Kind = Literal["known", "inferred", "unknown"]
"""How sure something is: told by the data, concluded from them, or not in them."""

SUBJECTS: Mapping[Subject, str] = {
    "churn": "Who leaves, and when",
    "reasons": "Why they leave",
    "money": "Recurring revenue",
    "value": "Orders and value",
    "win_back": "Who comes back",
    "surveys": "What customers score",
    "tickets": "What customers ask for",
}
"""The subjects, each in words for a heading."""


@dataclass(frozen=True)
class Point:
    """Something that the data tell, or do not.

    Attributes:
        kind: How sure it is.
        text: What it is, as a sentence.
        remedy: What to load to know it; empty where nothing is missing.
    """

    kind: Kind
    text: str
    remedy: str = ""


@dataclass(frozen=True)
class _Facts:
    """What there is.

    Attributes:
        counts: Counts by name.
        derived: What subscriptions were inferred from.
        currencies: How many currencies a table's amounts are in, and how many of them
            one sum can hold.
    """

    counts: Mapping[str, int]
    derived: Derivation | None
    currencies: Mapping[Money, tuple[int, int]]

    def __getitem__(self, name: str) -> int:
        return self.counts[name]

    @property
    def basis(self) -> str:
        """Return what tells who is a customer, the surest first; empty for nothing."""
        if self["subscriptions"]:
            derived = self.derived
            return derived.derived_from if derived and derived.rows else "subscriptions"
        for name in ("orders", "active_customers", "flags", "tenures"):
            if self[name]:
                return {"flags": "tenures"}.get(name, name)
        return ""


def what_is_known(dataset: Dataset, subject: Subject) -> tuple[Point, ...]:
    """Say what the data tell of a subject: what is known first, then what is not.

    Args:
        dataset: What is loaded.
        subject: What a page is about.
    """
    facts = dataset.recall("what_is_known")
    if not isinstance(facts, _Facts):
        text = load("what_is_known").text
        rows = dataset.frame(text, {"unexplained": UNEXPLAINED})
        (row,) = rows.to_dict("records")
        counts = {str(name): int(value) for name, value in row.items()}
        derived = dataset.derivations.get("subscriptions")
        tables: tuple[Money, ...] = ("subscriptions", "orders", "payments")
        facts = _Facts(
            counts, derived, {table: _currencies(dataset, table) for table in tables}
        )
        dataset.keep("what_is_known", facts)
    points = _TOLD[subject](facts)
    order: tuple[Kind, ...] = ("known", "inferred", "unknown")
    return tuple(sorted(points, key=lambda point: order.index(point.kind)))


def _currencies(dataset: Dataset, table: Money) -> tuple[int, int]:
    found = currencies(dataset, table)
    if len(found) < 2:
        return len(found), len(found)
    chosen = chosen_currency(dataset, table=table)
    return len(found), len(counted_currencies(dataset, chosen, table))


_SUBSCRIPTIONS = "Load subscriptions, such as Stripe's, with their start and end."


def _churn(facts: _Facts) -> list[Point]:
    match facts.basis:
        case "subscriptions":
            return [*_loaded(facts), *_cancellations(facts)]
        case "payments":
            return [
                _inferred(
                    f"From when to when a customer paid: from {facts['payments']:,}"
                    " payments, each for its billing period. Who is at most 14 days"
                    " late still counts."
                ),
                _unknown(
                    "Trials, pauses and days of cancellation: payments name none.",
                    _SUBSCRIPTIONS,
                ),
            ]
        case "mrr_movements":
            return [
                _inferred(
                    "From when to when a customer paid: from movements of MRR, up to"
                    " the last one. Who did not begin as new is taken to have paid"
                    " since the first movement of all."
                ),
                _unknown(
                    "Trials and days of cancellation: movements name the end only.",
                    _SUBSCRIPTIONS,
                ),
            ]
        case "mrr_months":
            return [
                _inferred(
                    "In which months a customer paid: from a table of months. Who paid"
                    " in the last month is taken to go on."
                ),
                _unknown(
                    "On which day customers leave, and when they cancelled: the table"
                    " knows whole months.",
                    _SUBSCRIPTIONS,
                ),
            ]
        case "orders" | "active_customers":
            return [*_irregular(facts), *_silence(facts)]
        case "tenures":
            return _tenures(facts)
    nothing = _unknown("Nothing tells who is a customer and when.", _SUBSCRIPTIONS)
    return _irregular(facts) or [nothing]


def _loaded(facts: _Facts) -> list[Point]:
    paid, ended = facts["subscriptions"], facts["ended"]
    known = _known(
        f"From when to when a customer paid: {_many(paid, 'subscription period')},"
        f" {ended:,} of them ended."
    )
    if ended:
        return [known]
    return [
        known,
        _unknown(
            "Whether anybody has left: all subscriptions are running. Some tools leave"
            " out those that ended unless they are asked for all, as Stripe does.",
            "Export subscriptions of every status.",
        ),
    ]


def _cancellations(facts: _Facts) -> list[Point]:
    if facts["cancelled"]:
        return [
            _known(
                f"When customers cancelled, of {_many(facts['cancelled'], 'period')};"
                " of the others only when access ended."
            )
        ]
    return [
        _unknown(
            "When customers cancelled: only the end of paid access is given.",
            "Load an export with the day of cancellation.",
        )
    ]


def _irregular(facts: _Facts) -> list[Point]:
    """Say why payments, where they are loaded, tell no paid access."""
    derived = facts.derived
    if derived is None:
        return []
    if not derived.customers:
        said = "nobody has paid twice yet"
    else:
        share = percent(derived.regular_customers / derived.customers)
        said = (
            f"only {share} of the {derived.customers:,} customers who paid more than"
            " once pay regularly"
        )
    return [
        _unknown(
            f"From when to when somebody had paid access: {said}.",
            "Load subscriptions, or invoices with the periods that they are for.",
        )
    ]


def _silence(facts: _Facts) -> list[Point]:
    what = "ordered" if facts.basis == "orders" else "did"
    who = facts["buyers"] if facts.basis == "orders" else facts["active_customers"]
    return [
        _inferred(
            f"Who has left, of {_many(who, 'customer')}: those who {what} nothing for"
            " longer than the lapse threshold, which the gaps of all suggest and you"
            " can change."
        ),
        _unknown(
            "Whether somebody has left for good: every silence can end.", _SUBSCRIPTIONS
        ),
    ]


def _tenures(facts: _Facts) -> list[Point]:
    points = []
    if facts["flags"]:
        points.append(
            _known(
                f"Who has left: {facts['flagged']:,} of {facts['flags']:,} customers,"
                f" {percent(facts['flagged'] / facts['flags'], 2)}, as given."
            )
        )
    if facts["tenures"]:
        points.append(
            _known(
                f"After how many months, of {_many(facts['tenures'], 'customer')}: the"
                " page Survival shows how long customers stay, by segment."
            )
        )
    points.append(
        _unknown(
            "When customers came and left: no dates are given, so there is no churn of"
            " a month, no trend and no movement.",
            "Load subscriptions or a customer table with the days of start and end.",
        )
    )
    return points


def _reasons(facts: _Facts) -> list[Point]:
    points = []
    if facts["reasons"]:
        of = f"{facts['reasons']:,} of {_many(facts['ended'], 'ended period')}"
        if facts.basis == "payments":
            points.append(
                _inferred(
                    f"That a failed payment ended access ({of}): the attempt at its end"
                    " failed."
                )
            )
        else:
            points.append(_known(f"Why access ended, as given: of {of}."))
    if facts.basis != "subscriptions" or not facts["reasons"]:
        points.append(
            _unknown(
                "Why customers cancel: no export says it.",
                "Load subscriptions with a reason of cancellation, or answers to a"
                " survey of those who leave.",
            )
        )
    points += _before_leaving(facts)
    return points


def _before_leaving(facts: _Facts) -> list[Point]:
    found = []
    for name, words, known in (
        ("scores", "How satisfied they were", "answers to NPS"),
        ("tickets", "What they had asked for help with", "tickets"),
    ):
        if facts[name]:
            found.append(_known(f"{words}: {facts[name]:,} {known}."))
        else:
            found.append(
                _unknown(f"{words} before they left.", f"Load {known} with a date.")
            )
    return found


def _money(facts: _Facts) -> list[Point]:
    if not facts["priced"]:
        because = "subscriptions have no price" if facts["subscriptions"] else ""
        if facts["orders"] and not because:
            because = "orders are no promise to pay again; the page Value shows them"
        elif facts["flags"] and not because:
            because = "the customers' table names no months"
        return [
            _unknown(
                "What customers pay a month, and what changed it"
                f"{f': {because}' if because else ''}.",
                "Load subscriptions with a price, regular payments, or a table of"
                " customer, month and MRR.",
            ),
        ]
    points = [_priced(facts)]
    without = facts["subscriptions"] - facts["priced"]
    if without:
        points.append(
            _unknown(
                f"What {_many(without, 'paid period')} without a price"
                f" {'is' if without == 1 else 'are'} worth: nothing is counted.",
                "Export them with their price.",
            )
        )
    points += _sums(facts, "subscriptions")
    if not facts["planned"]:
        points.append(
            _unknown(
                "What each plan brings: no plan is named.",
                "Load subscriptions with their plan.",
            )
        )
    return points


def _sums(facts: _Facts, table: Money) -> list[Point]:
    """Say whether a table's amounts have one sum."""
    found, counted = facts.currencies[table]
    if found < 2:
        return []
    if counted == found:
        return [_known(f"{found} currencies of {table}, at rates that were loaded.")]
    shown = "each is shown alone" if counted < 2 else f"{counted} have rates"
    return [
        _unknown(
            f"One sum of {found} currencies of {table}: {shown}.",
            "Load a file of exchange rates: currency, rate, target, date.",
        )
    ]


def _priced(facts: _Facts) -> Point:
    match facts.basis:
        case "payments":
            return _inferred(
                "What customers pay a month: from what was paid and not paid back, so a"
                " discount on one invoice lowers its month too."
            )
        case "mrr_months":
            return _known("What customers pay a month: MRR as the table gives it.")
        case "mrr_movements":
            return _inferred(
                "What customers pay a month: the running sum of the movements of MRR."
            )
    return _known(
        f"What customers pay a month: {_many(facts['priced'], 'paid period')} with a"
        " price."
    )


def _value(facts: _Facts) -> list[Point]:
    points = []
    if facts["orders_with_amount"]:
        points.append(
            _known(
                f"What customers order, how often and for how much:"
                f" {_many(facts['orders_with_amount'], 'order')} of"
                f" {_many(facts['buyers'], 'customer')}."
            )
        )
    elif facts["orders"]:
        points += [
            _known(f"How often customers order: {_many(facts['orders'], 'order')}."),
            _unknown(
                "What orders are worth: they have no amount.",
                "Export orders with their amount.",
            ),
        ]
    else:
        points.append(
            _unknown(
                "What customers buy beside a subscription: no orders are loaded.",
                "Load orders with customer, day and amount.",
            )
        )
    points += [*_sums(facts, "orders"), *_sums(facts, "payments")]
    if facts["priced"]:
        points.append(
            _inferred(
                "What a customer will be worth: from what they pay a month and how long"
                " customers stay."
            )
        )
    points.append(
        _unknown(
            "What is left of revenue after costs: no export says it.",
            "Say your margin on the page.",
        )
    )
    return points


def _win_back(facts: _Facts) -> list[Point]:
    match facts.basis:
        case "subscriptions":
            return [
                _known("Who paid again after the end of paid access, and how soon.")
            ]
        case "payments":
            return [
                _inferred(
                    "Who paid again after a gap of more than 14 days; a shorter one is"
                    " a late payment."
                )
            ]
        case "mrr_movements":
            return [_inferred("Who paid again on a later day than the churn.")]
        case "mrr_months":
            return [_inferred("Who paid again after one month or more without MRR.")]
        case "orders" | "active_customers":
            what = "ordered" if facts.basis == "orders" else "were active"
            return [
                _inferred(
                    f"Who {what} again after a silence longer than the lapse threshold:"
                    " perhaps they had never left."
                )
            ]
    return [
        _unknown(
            "Who came back: no dates tell when somebody left and returned.",
            _SUBSCRIPTIONS,
        )
    ]


_TOLD: Mapping[Subject, Callable[[_Facts], list[Point]]] = {
    "churn": _churn,
    "reasons": _reasons,
    "money": _money,
    "value": _value,
    "win_back": _win_back,
    "surveys": lambda facts: _points(surveys_told(facts.counts)),
    "tickets": lambda facts: _points(tickets_told(facts.counts)),
}


def _points(told: list[Told]) -> list[Point]:
    return [
        _unknown(text, remedy) if kind == "unknown" else _known(text)
        for kind, text, remedy in told
    ]


def _known(text: str) -> Point:
    return Point("known", text)


def _inferred(text: str) -> Point:
    return Point("inferred", text)


def _unknown(text: str, remedy: str) -> Point:
    return Point("unknown", text, remedy)


def _many(number: int, unit: str) -> str:
    return f"{number:,} {unit}{'' if number == 1 else 's'}"
