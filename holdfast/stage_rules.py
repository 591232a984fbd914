"""What the stages of a journey are: a name and conditions that hold on a day.

A customer is in the last of the stages whose conditions all hold. The notation is
``Land;Adopt:active>=4/30d;Renew:paying&paid>=12mo;Lapsed:silent&!paying``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from holdfast.errors import SpecError

Kind = Literal[
    "active", "did", "orders", "paying", "paid", "grown", "started", "silent"
]

KINDS: tuple[Kind, ...] = get_args(Kind)

MOST_STAGES = 8
_MOST = 99_999
# What moves call those who have just started, and those in no stage.
_RESERVED = {"new", "(none)"}
# What says how often, and may look back over some days only.
_COUNTING = ("active", "did", "orders")
# What says how long: months, days, days.
_LASTING = ("paid", "started", "silent")
_LEAST = {"active": 1, "did": 1, "orders": 1, "paid": 0, "started": 0, "silent": 0}


@dataclass(frozen=True)
class Condition:
    """Something that holds for a customer on a day, or does not.

    Attributes:
        kind: ``active`` on so many days; ``did`` an event or placed ``orders`` so
            often; is ``paying``; first ``paid`` so many months ago; pays more than at
            first (``grown``); ``started`` so many days ago; ``silent`` for more days
            than that, 0 for the usual silence.
        at_least: How often, or how long.
        days: Only the last so many days count; 0 for ever. For ``active``, ``did``
            and ``orders``.
        event: Name of the event, for ``did``.
        is_denied: It must not hold.
    """

    kind: Kind
    at_least: int = 1
    days: int = 0
    event: str = ""
    is_denied: bool = False

    def __post_init__(self) -> None:
        """Refuse numbers that mean nothing, and an event without a name.

        Raises:
            SpecError: There is one.
        """
        if self.kind == "did" and not self.event:
            raise SpecError(
                "no_event",
                "A condition of a stage names no event.",
                "Choose one, such as did export>=3/30d.",
            )
        least = _LEAST.get(self.kind, 0)
        if not (least <= self.at_least <= _MOST and 0 <= self.days <= _MOST):
            raise SpecError(
                "number_out_of_range",
                f"The condition {self} of a stage has a number that cannot be used.",
                f"Take a number from {least} to {_MOST}.",
            )

    def __str__(self) -> str:
        """Write the notation, such as ``did export>=3/30d`` or ``!paying``."""
        sign = "!" if self.is_denied else ""
        if self.kind in _COUNTING:
            what = f"did {_quoted(self.event)}" if self.kind == "did" else self.kind
            days = f"/{self.days}d" if self.days else ""
            return f"{sign}{what}>={self.at_least}{days}"
        if self.kind == "silent":
            return (
                f"{sign}silent>{self.at_least}d" if self.at_least else f"{sign}silent"
            )
        if self.kind in _LASTING:
            unit = "mo" if self.kind == "paid" else "d"
            return f"{sign}{self.kind}>={self.at_least}{unit}"
        return f"{sign}{self.kind}"

    def describe(self, lapse_days: int = 0) -> str:
        """Say in words what holds, as used after "those who".

        Args:
            lapse_days: The usual silence, where the condition leaves it open.
        """
        holds, denied = self._words(lapse_days)
        return denied if self.is_denied else holds

    def _words(self, lapse_days: int) -> tuple[str, str]:
        """Say it in words, and its opposite."""
        often = {1: "once", 2: "twice"}.get(self.at_least, f"{self.at_least} times")
        last = f" in the last {_counted(self.days, 'day')}" if self.days else ""
        days, months, orders = (
            _counted(self.at_least, noun) for noun in ("day", "month", "order")
        )
        silence = self.at_least or lapse_days
        long = f"more than {_counted(silence, 'day')}" if silence else "unusually long"
        match self.kind:
            case "active":
                return (
                    f"were active on at least {days}{last}",
                    f"were active on fewer than {days}{last}",
                )
            case "did":
                return (
                    f"did {self.event} at least {often}{last}",
                    f"did not do {self.event} {often}{last}",
                )
            case "orders":
                return (
                    f"placed at least {orders}{last}",
                    f"placed fewer than {orders}{last}",
                )
            case "paying":
                return "are paying", "are not paying"
            case "paid" if not self.at_least:
                return "have paid", "have never paid"
            case "paid":
                return (
                    f"first paid at least {months} ago",
                    f"first paid less than {months} ago, or never",
                )
            case "grown":
                return "pay more than at first", "do not pay more than at first"
            case "started":
                return f"started at least {days} ago", f"started less than {days} ago"
            case "silent":
                return (
                    f"have been silent for {long}",
                    f"have not been silent for {long}",
                )


@dataclass(frozen=True)
class Stage:
    """A stage of the journey.

    Attributes:
        name: What it is called.
        conditions: All of them hold; none means that it begins with the start.
    """

    name: str
    conditions: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        """Write the notation."""
        conditions = "&".join(map(str, self.conditions))
        return (
            f"{_quoted(self.name)}:{conditions}" if conditions else _quoted(self.name)
        )

    @property
    def is_lost(self) -> bool:
        """Whether those in it have fallen silent, or pay no more."""
        return any(
            (each.kind == "silent" and not each.is_denied)
            or (each.kind == "paying" and each.is_denied)
            for each in self.conditions
        )

    def describe(self, lapse_days: int = 0) -> str:
        """Say in words who is in it, were there no later stage."""
        if not self.conditions:
            return "all who have started"
        words = " and ".join(each.describe(lapse_days) for each in self.conditions)
        return f"those who {words}"


@dataclass(frozen=True)
class StageRules:
    """The stages of a journey, the furthest last."""

    stages: tuple[Stage, ...]

    def __post_init__(self) -> None:
        """Refuse no stage, too many, and two of one name.

        Raises:
            SpecError: It is so, or a name stands for something else.
        """
        names = [stage.name.strip().lower() for stage in self.stages]
        if not 0 < len(names) <= MOST_STAGES:
            raise SpecError(
                "count_of_stages",
                f"A journey cannot have {len(names)} stages.",
                f"Name from 1 to {MOST_STAGES}.",
            )
        if len(set(names)) < len(names) or "" in names:
            raise SpecError(
                "stages_named_alike",
                "Two stages have the same name, or one has none.",
                "Give each its own.",
            )

        if taken := set(names) & _RESERVED:
            raise SpecError(
                "stage_name_reserved",
                f"No stage can be called {min(taken)!r}: that stands for customers who"
                " have just started, or who are in no stage.",
                "Give it another name, such as Newcomers.",
            )

    def __iter__(self) -> Iterator[Stage]:
        """Go through the stages."""
        return iter(self.stages)

    def __str__(self) -> str:
        """Write the notation."""
        return ";".join(map(str, self.stages))

    @property
    def names(self) -> list[str]:
        """The names, the furthest last."""
        return [stage.name for stage in self.stages]


_NAME = r'"(?:[^"]|"")+"|[^\s",=!:@<>?&|;/]+(?: [^\s",=!:@<>?&|;/]+)*'
_BARE = re.compile(r"[^\s\",=!:@<>?&|;/]+(?: [^\s\",=!:@<>?&|;/]+)*")
_COUNT = r"(?P<at_least>\d{1,6})"
_CONDITION = re.compile(
    rf"(?P<denied>!?)(?:(?P<counting>active|orders|did (?P<event>{_NAME}))"
    rf">={_COUNT}(?:/(?P<days>\d{{1,6}})d)?"
    r"|(?P<paid>paid)>=(?P<months>\d{1,6})mo|(?P<started>started)>=(?P<age>\d{1,6})d"
    r"|(?P<silent>silent)(?:>(?P<silence>\d{1,6})d)?"
    r"|(?P<being>paying|grown))"
)
_STAGE = re.compile(rf"(?P<name>{_NAME})(?P<has>:)?")


def read_stage_rules(text: str) -> StageRules:
    """Read stages from their notation.

    Raises:
        SpecError: The text cannot be read.
    """
    stages, place = [], 0
    while True:
        match = _STAGE.match(text, place)
        if match is None:
            raise _unreadable(text, place)
        place = match.end()
        conditions = []
        while match["has"]:
            condition = _CONDITION.match(text, place)
            if condition is None:
                raise _unreadable(text, place)
            conditions.append(_read_condition(condition))
            place = condition.end()
            if text[place : place + 1] != "&":
                break
            place += 1
        stages.append(Stage(_unquoted(match["name"]), tuple(conditions)))
        if place == len(text):
            return StageRules(tuple(stages))
        if text[place] != ";":
            raise _unreadable(text, place)
        place += 1


def _read_condition(match: re.Match[str]) -> Condition:
    denied = bool(match["denied"])
    if match["counting"]:
        kind: Kind = "did" if match["event"] else match["counting"]  # type: ignore[assignment]  # one of the words of the pattern
        event = _unquoted(match["event"]) if match["event"] else ""
        days = int(match["days"] or 0)
        return Condition(kind, int(match["at_least"]), days, event, denied)
    if match["paid"]:
        return Condition("paid", int(match["months"]), is_denied=denied)
    if match["started"]:
        return Condition("started", int(match["age"]), is_denied=denied)
    if match["silent"]:
        return Condition("silent", int(match["silence"] or 0), is_denied=denied)
    return Condition(match["being"], is_denied=denied)  # type: ignore[arg-type]  # one of the words of the pattern


def _unreadable(text: str, place: int) -> SpecError:
    return SpecError(
        "unreadable_stages",
        f"The stages cannot be read from {text[place : place + 30]!r} on.",
        "Write for example Land;Adopt:active>=4/30d;Lapsed:silent&!paying.",
    )


def _quoted(word: str) -> str:
    if _BARE.fullmatch(word):
        return word
    return '"' + word.replace('"', '""') + '"'


def _unquoted(word: str) -> str:
    return word[1:-1].replace('""', '"') if word.startswith('"') else word


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else f'{noun}s'}"
