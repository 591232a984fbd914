"""What counts: a sign-up, any activity, chosen events, an order, an answer.

A question about staying asks for two of them: the one that starts a customer's
story and the one that shows that the customer is still there. The steps of a funnel
are such occurrences too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from holdfast.errors import SpecError
from holdfast.notation import WORD, read_list, read_word, write_list, write_word

Kind = Literal[
    "signup",
    "activity",
    "event",
    "order",
    "subscription",
    "trial",
    "cancellation",
    "response",
]

_KINDS = {
    "signup": "a sign-up",
    "activity": "any activity",
    "order": "an order",
    "subscription": "an active subscription",
    "trial": "a trial",
    "cancellation": "a cancellation",
    "response": "an answer to a survey",
}


@dataclass(frozen=True)
class Occurrence:
    """Something that happens to a customer and that a question counts.

    Attributes:
        kind: ``signup`` is the sign-up, else the first thing observed;
            ``subscription`` is paid access at the end of an interval (as a start or
            a step: the first paid day); ``trial`` is the start of one,
            ``cancellation`` the day on which a subscription was cancelled and
            ``response`` an answer to a survey.
        events: Names of the events that count, for kind ``event``; of surveys (nps,
            csat, ces), for kind ``response``. None of them stands for all.
        where: Property and value pairs that must all hold, for kind ``event``.
        with_returns: Returned and cancelled orders count too, for kind ``order``.
    """

    kind: Kind
    events: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    with_returns: bool = False

    def __post_init__(self) -> None:
        """Refuse an event of which nothing is said.

        Raises:
            SpecError: The kind is event and there is neither name nor condition.
        """
        if self.kind == "event" and not (self.events or self.where):
            raise SpecError(
                "no_event", "No event is named.", "Name one, such as event:login."
            )

    def __str__(self) -> str:
        """Write the notation: ``event:login?platform=ios`` or ``order+returns``."""
        if self.kind == "response" and self.events:
            return f"response:{write_list(self.events)}"
        if self.kind == "event":
            names = write_list(self.events) if self.events else _ANY
            text = f"event:{_QUOTED_ANY if names == _ANY and self.events else names}"
            conditions = (f"{write_word(p)}={write_word(v)}" for p, v in self.where)
            return "?".join([text, *(["&".join(conditions)] if self.where else [])])
        return f"{self.kind}+returns" if self.with_returns else self.kind

    def describe(self) -> str:
        """Name it in words, as used inside a sentence."""
        if self.kind == "response" and self.events:
            surveys = " or ".join(name.upper() for name in self.events)
            return f"an answer to {surveys}"
        if self.kind == "event":
            name = " or ".join(self.events) or "any event"
            conditions = (f"{p} {v}" for p, v in self.where)
            return f"{name} with {' and '.join(conditions)}" if self.where else name
        name = _KINDS[self.kind]
        return f"{name} or a return" if self.with_returns else name


SIGNUP = Occurrence("signup")
ACTIVITY = Occurrence("activity")
ORDER = Occurrence("order")
SUBSCRIPTION = Occurrence("subscription")

# In the place of names: whatever the event is called. A name of one star is quoted.
_ANY = "*"
_QUOTED_ANY = '"*"'

_EVENT = re.compile(
    rf"event:(?P<events>{WORD}(?:,{WORD})*)(?:\?(?P<where>.+))?", re.DOTALL
)
_RESPONSE = re.compile(rf"response:(?P<surveys>{WORD}(?:,{WORD})*)")
_CONDITION = re.compile(rf"(?P<property>{WORD})=(?P<value>{WORD})(?:&|$)")


def read_occurrence(text: str) -> Occurrence:
    """Read an occurrence from its notation.

    Raises:
        SpecError: The text names none.
    """
    if text == "order+returns":
        return Occurrence("order", with_returns=True)
    if text in _KINDS:
        return Occurrence(text)  # type: ignore[arg-type]  # a key of _KINDS is a Kind
    if match := _RESPONSE.fullmatch(text):
        return Occurrence("response", read_list(match["surveys"]))
    if match := _EVENT.fullmatch(text):
        where = _read_conditions(match["where"] or "")
        names = () if match["events"] == _ANY else read_list(match["events"])
        return Occurrence("event", names, where)
    raise SpecError(
        "unknown_occurrence",
        f"{text!r} is not something that can be counted.",
        f"Use one of {', '.join(_KINDS)}, event:NAME or response:nps.",
    )


def _read_conditions(text: str) -> tuple[tuple[str, str], ...]:
    conditions, position = [], 0
    while position < len(text):
        match = _CONDITION.match(text, position)
        if match is None:
            raise SpecError(
                "unreadable_condition",
                f"The condition {text!r} cannot be read.",
                "Write for example event:login?platform=ios&plan=pro.",
            )
        conditions.append((read_word(match["property"]), read_word(match["value"])))
        position = match.end()
    return tuple(conditions)
