"""Paths: what customers do next after something, or did just before it.

Told once for everyone and kept for their setting; a changed filter or breakdown only
joins them anew.

- ``walked(customer_no, anchored_at, depth, node, waited_seconds)``: one row per journey
  and step. A node is a number that stands for the whole path up to it: the path before,
  times ``base``, plus the code of the step.
- ``walks(unit_no, segment_no, depth, node, waited_seconds)``: the same of who is in
  view.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from textwrap import indent

from holdfast.cancellation import Cancellation
from holdfast.cohorts import from_members, member_columns
from holdfast.dataset import Dataset
from holdfast.durations import Duration
from holdfast.errors import SpecError
from holdfast.happenings import (
    Clock,
    Cut,
    source_of,
)
from holdfast.occurrence import ACTIVITY, Occurrence
from holdfast.population import Population, Relation
from holdfast.query import Value
from holdfast.sessions import sessions_of_everyone

NOTHING, OPEN, OTHER, ANCHOR = range(4)
"""Codes of steps that are no events; those of events follow."""
FIRST_EVENT = ANCHOR + 1
ROOT = 1
"""The node of the anchor itself."""

# Fewer customers than this are not worth to be divided among the cores.
_MANY_CUSTOMERS = 20_000
_MOST_NODES = 2**63


@dataclass(frozen=True)
class Walk:
    """What is followed, apart from who is in view.

    Attributes:
        anchor: From where, or up to where.
        is_before: Steps before the anchor instead of after it.
        depth: How many steps.
        is_every: From every anchor of a customer, not only the first.
        is_folded: The same event several times in a row is one step.
        within: No step further from the anchor than this.
        session: No step outside of the anchor's session, told by this gap.
        left_out: Events that are no steps.
        cut: The data that may be seen.
        as_of: End of the observed time, as an instant.
    """

    anchor: Occurrence
    is_before: bool
    depth: int
    is_every: bool
    is_folded: bool
    within: Duration | None
    session: Duration | None
    left_out: Occurrence | None
    cut: Cut
    as_of: datetime


def code_base(dataset: Dataset) -> int:
    """Return how many codes of steps there are in the data."""
    return FIRST_EVENT + max(dataset.event_codes.values(), default=0) + 1


def first_event(dataset: Dataset, cancellation: Cancellation | None = None) -> str:
    """Return the event that is the first of more than half of the customers.

    Returns:
        Its name; nothing where there is no such event.
    """
    key = ("first_event",)
    kept = dataset.recall(key)
    if kept is None:
        frame = dataset.frame(_FIRST_EVENT, cancellation=cancellation)
        kept = str(frame["event"].iloc[0]) if len(frame) else ""
        dataset.keep(key, kept)
    return str(kept)


def walk_relations(
    dataset: Dataset,
    members: Population,
    walk: Walk,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``walks`` and what it reads.

    Raises:
        SpecError: An event or property is not in the data, or there are too many
            kinds of events to follow so many steps.
    """
    if ROOT * code_base(dataset) ** walk.depth >= _MOST_NODES:
        raise SpecError(
            "too_many_kinds_of_events",
            f"With {len(dataset.event_codes):,} kinds of events, paths of {walk.depth}"
            " steps cannot be followed.",
            "Ask for fewer steps.",
        )
    relations: dict[str, Relation] = {}
    if walk.session is not None:
        relations["sessions"] = sessions_of_everyone(
            dataset, walk.session, walk.cut, cancellation
        )
    name = f"walked_{hashlib.sha256(repr(walk).encode()).hexdigest()[:12]}"
    if not dataset.has_table(name):
        fast = _Walked(dataset, walk, is_streamed=_is_streamed(walk))
        wide, values = fast.wide(_slices(dataset)), dict(fast.values)
        if "$sessions_table" in wide:
            values["sessions_table"] = relations["sessions"].kept_as
        # Kept first: the engine takes twice as long where it holds them in passing.
        dataset.materialise(f"{name}_ends", wide, values, cancellation)
        ends = Relation("", kept_as=f"{name}_ends").kept_rows("ends")
        dataset.materialise(
            name, f"with ends as ({ends.text}) {fast.long()}", ends.values, cancellation
        )
        # Wide and long together would take twice the memory.
        dataset.drop(f"{name}_ends")
    shown = _Walked(dataset, walk, is_streamed=False, is_shown=True)
    relations["walked"] = Relation(shown.shown(), shown.values, kept_as=name)
    relations["walks"] = _of_members(members, walk)
    return relations


def _of_members(members: Population, walk: Walk) -> Relation:
    columns = ",\n    walked.depth,\n    walked.node,\n    walked.waited_seconds"
    rows = f"{member_columns(members, 'walked')}{columns}"
    joined = from_members(members, "walked")
    if members.unit == "account" and not walk.is_every:
        # An account goes the way of whoever of it came to the anchor first.
        joined += _FIRST_OF_ACCOUNT
    return Relation(f"{rows}\n{joined}")


def _is_streamed(walk: Walk) -> bool:
    """Say whether the anchor is among the events, which lie in order."""
    return walk.anchor.kind in ("event", "activity")


def _slices(dataset: Dataset) -> list[str]:
    """Divide the customers, as many as there are cores to follow them at once."""
    if dataset.customers < _MANY_CUSTOMERS:
        return [""]
    parts = dataset.limits.threads or os.cpu_count() or 1
    bounds = [dataset.customers * part // parts for part in range(1, parts)]
    return [
        " and ".join(
            [
                *([f"customer_no >= {first}"] if first is not None else []),
                *([f"customer_no < {until}"] if until is not None else []),
            ]
        )
        for first, until in zip([None, *bounds], [*bounds, None], strict=True)
    ]


@dataclass
class _Walked:
    """The statement of ``walked``, streamed or with windows of each customer."""

    dataset: Dataset
    walk: Walk
    is_streamed: bool
    is_shown: bool = False
    values: dict[str, Value] = field(default_factory=dict)

    def shown(self) -> str:
        """Write it as one statement."""
        return (
            f"with ends as materialized (\n{indent(self.wide(['']), '    ')}\n)\n\n"
            + self.long()
        )

    def wide(self, slices: list[str]) -> str:
        """Write one row per journey, with one branch for each slice of customers."""
        branches = "\nunion all\n".join(
            f"select * from (\n{indent(self._journeys(part), '    ')}\n)"
            for part in (slices if self.is_streamed else [""])
        )
        return f"with journeys as (\n{indent(branches, '    ')}\n)\n\n{self._ends()}"

    def long(self) -> str:
        """Write one row per journey and step, from the rows of ``ends``."""
        return "\nunion all\n".join(
            self._steps(depth) for depth in range(self.walk.depth + 1)
        )

    def _journeys(self, part: str) -> str:
        walk = self.walk
        each = "()" if self.is_streamed else "customer"
        so_far = "rows between unbounded preceding and current row"
        if not self.is_streamed:
            so_far = f"customer {so_far}"
        window = (
            ""
            if self.is_streamed
            else "\nwindow customer as (\n"
            "    partition by customer_no order by happened_at, event\n)"
        )
        is_anchor = "is_anchor" if self._mark else self._anchor()
        parts = [("logged", self._logged(part))]
        source, sessions = "logged", ""
        if walk.session is not None:
            self.values["gap_seconds"] = walk.session.seconds
            sessions = ",\n    session_at"
            parts.append(("timed", _TIMED.format(each=each, window=window)))
            parts.append(("sat", _SAT.format(so_far=so_far, window=window)))
            source = "sat"
            if walk.left_out is not None:
                parts.append(
                    (
                        "heard",
                        f"select * from sat\nwhere ({is_anchor}) or not is_noise",
                    )
                )
                source = "heard"
        if walk.is_folded:
            same = ["event_before <> event"]
            same += [f"anchor_before <> {name}" for name in self._mark]
            extra = ""
            chosen = ", ".join(
                ["customer_no", "happened_at", "event", *self._mark]
                + (["session_at"] if sessions else [])
            )
            if sessions:
                same.append("session_before <> session_at")
                extra = f",\n    lag(session_at) over {each} as session_before"
            parts.append(
                (
                    "neighbours",
                    _NEIGHBOURS.format(
                        each=each,
                        marks="".join(f",\n    {name}" for name in self._mark)
                        + sessions
                        + extra,
                        anchors=",\n    lag(is_anchor) over "
                        f"{each} as anchor_before" * len(self._mark),
                        source=source,
                        window=window,
                    ),
                )
            )
            parts.append(
                (
                    "folded",
                    f"select {chosen}"
                    "\nfrom neighbours\nwhere\n"
                    "    customer_before is distinct from customer_no\n    or "
                    + "\n    or ".join(same),
                )
            )
            source = "folded"
        columns = ",\n    ".join(
            ["customer_no", "happened_at as anchored_at", "event", *self._mark]
            + (["session_at"] if sessions else [])
            + [
                column
                for number in range(1, walk.depth + 1)
                for column in self._step(number, each)
            ]
        )
        parts.append(("led", f"select\n    {columns}\nfrom {source}{window}"))
        anchors = f"select * from led\nwhere {is_anchor}"
        if not walk.is_every:
            parts.append(("anchors", anchors))
            first = window.replace("happened_at", "anchored_at")
            parts.append(
                (
                    "ranked",
                    "select *, lag(customer_no) over "
                    f"{each} as customer_before\nfrom anchors{first}",
                )
            )
            anchors = (
                "select * from ranked\n"
                "where customer_before is distinct from customer_no"
            )
        ctes = ",\n\n".join(
            f"{name} as (\n{indent(text, '    ')}\n)" for name, text in parts
        )
        return f"with {ctes}\n\n{anchors}"

    @property
    def _is_event(self) -> bool:
        """Whether the anchor is among the events, so that these lie in order."""
        return _is_streamed(self.walk)

    @property
    def _mark(self) -> list[str]:
        """The column that marks anchors, where their name alone does not tell them."""
        return ["is_anchor"] if self.walk.anchor.where or not self._is_event else []

    def _anchor(self) -> str:
        """Write that a row of events is an anchor."""
        if self.walk.anchor == ACTIVITY:
            return "true"
        return self._is("anchor", self.walk.anchor) if self._is_event else "false"

    def _is(self, role: str, events: Occurrence) -> str:
        source = source_of(self.dataset, events, Clock("day"), role)
        self.values |= source.values
        return _joined(source.predicates)

    def _logged(self, part: str) -> str:
        """Select the events, and the anchor where it is no event."""
        walk, where = self.walk, [part] if part else []
        if walk.cut.before is not None:
            where.append("happened_on < $cut_on")
            self.values["cut_on"] = walk.cut.before
        noise = ""
        if walk.left_out is not None:
            noise = self._is("left_out", walk.left_out)
            if walk.session is None:
                where.append(f"(({self._anchor()}) or not ({noise}))")
        is_noise = f",\n    {noise} as is_noise" if noise and walk.session else ""
        mark = f",\n    {self._anchor()} as is_anchor" if self._mark else ""
        event = "event"
        if not self._is_event:
            event = f"enum_code(event)::integer + {FIRST_EVENT} as event"
        conditions = f"\nwhere\n    {_joined(where)}" if where else ""
        logged = (
            f"select\n    customer_no,\n    happened_at,\n    {event}{mark}{is_noise}"
            f"\nfrom events{conditions}"
        )
        if self._is_event:
            return logged
        clock = Clock("day", cut=walk.cut)
        source = source_of(self.dataset, walk.anchor, clock, "anchor")
        self.values |= source.values
        quiet = ",\n    false as is_noise" if is_noise else ""
        return (
            f"{logged}\nunion all\nselect\n    customer_no,\n"
            f"    {source.instant} as happened_at,\n    {ANCHOR} as event,\n"
            f"    true as is_anchor{quiet}\nfrom {source.table}\n"
            f"where\n    {_joined(source.predicates)}"
        )

    def _step(self, number: int, each: str) -> list[str]:
        """Select the code and the instant of one step, as far as it counts."""
        walk = self.walk
        there = "lag" if walk.is_before else "lead"
        then = f"{there}(happened_at, {number}) over {each}"
        conditions = [f"{there}(customer_no, {number}) over {each} = customer_no"]
        if walk.session is not None:
            conditions.append(f"{there}(session_at, {number}) over {each} = session_at")
        if walk.within is not None:
            self.values["within_seconds"] = walk.within.seconds
            waited = (
                f"happened_at - {then}" if walk.is_before else f"{then} - happened_at"
            )
            conditions.append(f"{waited} <= to_seconds($within_seconds)")
        when = "\n            and ".join(conditions)
        return [
            f"case\n        when\n            {when}\n"
            f"            then {there}(event, {number}) over {each}\n"
            f"    end as step_{number}",
            f"{then} as step_{number}_at",
        ]

    def _ends(self) -> str:
        """Select the journeys with what it means that no further step came."""
        walk = self.walk
        still_open, joined = [], ""
        if not walk.is_before and walk.within is not None:
            still_open.append(
                "journeys.anchored_at + to_seconds($within_seconds) >= $as_of_at"
            )
        if not walk.is_before and walk.session is not None:
            still_open.append(
                "sessions.ended_at + to_seconds($gap_seconds) >= $as_of_at"
            )
            table = "sessions" if self.is_shown else "query_table($sessions_table)"
            joined = (
                f"\nleft join {table} as sessions\n"
                "    on\n        journeys.customer_no = sessions.customer_no\n"
                "        and journeys.session_at = sessions.began_at"
            )
        ended = str(NOTHING)
        if still_open:
            self.values["as_of_at"] = walk.as_of
            is_open = " and ".join(still_open)
            ended = f"case when {is_open} then {OPEN} else {NOTHING} end"
        return f"select\n    journeys.*,\n    {ended} as ended\nfrom journeys{joined}"

    def _code(self, number: int) -> str:
        step = f"step_{number}"
        if not self._is_event:
            return step
        return f"(enum_code({step})::integer + {FIRST_EVENT})"

    def _steps(self, depth: int) -> str:
        """Select where the journeys are after so many steps."""
        base = code_base(self.dataset)
        node = f"{ROOT}::bigint"
        for number in range(1, depth):
            node = f"({node} * {base} + {self._code(number)})"
        if depth:
            node = f"{node} * {base} + coalesce({self._code(depth)}, ended)"
        before = "anchored_at" if depth < 2 else f"step_{depth - 1}_at"
        waited = (
            f"case\n        when step_{depth} is not null\n"
            f"            then abs(epoch_us(step_{depth}_at) - epoch_us({before}))"
            " / 1e6\n    end"
            if depth
            else "null::double"
        )
        came = f"\nwhere step_{depth - 1} is not null" if depth > 1 else ""
        return (
            f"select\n    customer_no,\n    anchored_at,\n    {depth} as depth,\n"
            f"    {node} as node,\n    {waited} as waited_seconds\nfrom ends{came}"
        )


def _joined(predicates: Iterable[str]) -> str:
    return "\n    and ".join(predicates)


# The first row of each customer; ties go to the more frequent event, as they lie.
_FIRST_EVENT = """with first_events as (
    select customer_no, arg_min(event, (happened_at, event)) as event
    from events
    group by customer_no
)

select event::varchar as event
from first_events
group by event
having count(*) * 2 > (select count(*) from first_events)"""

_TIMED = """select
    *,
    lag(customer_no) over {each} as customer_earlier,
    lag(happened_at) over {each} as earlier_at
from logged{window}"""

# A session is named by the instant at which it began.
_SAT = """select
    * exclude (customer_earlier, earlier_at),
    last_value(
        case
            when
                customer_earlier is distinct from customer_no
                or happened_at - earlier_at > to_seconds($gap_seconds)
                then happened_at
        end ignore nulls
    ) over ({so_far}) as session_at
from timed{window}"""

_NEIGHBOURS = """select
    customer_no,
    happened_at,
    event{marks},
    lag(customer_no) over {each} as customer_before,
    lag(event) over {each} as event_before{anchors}
from {source}{window}"""

_FIRST_OF_ACCOUNT = """
inner join (
    select first(walked.customer_no order by walked.anchored_at, walked.customer_no)
        as customer_no
    from walked
    inner join population on walked.customer_no = population.customer_no
    where walked.depth = 0
    group by population.unit_no
) as firsts
    on walked.customer_no = firsts.customer_no"""
