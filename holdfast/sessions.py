"""Sessions: the runs of a customer's events without a long silence between two.

What a session is does not depend on who is in view: sessions are told once for everyone
and kept for their gap, so that a changed filter only joins them anew.

- ``sessions(customer_no, began_at, ended_at, events)``: one row per session.
- ``sittings(unit_no, segment_no, seconds, events)``: the same of who is in view.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from holdfast.cancellation import Cancellation
from holdfast.cohorts import from_members, member_columns
from holdfast.dataset import Dataset
from holdfast.durations import Duration
from holdfast.errors import SpecError
from holdfast.happenings import Cut
from holdfast.occurrence import Occurrence
from holdfast.population import Population, Relation
from holdfast.query import Value

ANY_EVENT = Occurrence("event", ("any",))
"""Stands for the table of events, whose observed time counts; the name is not read."""


def check_events(dataset: Dataset) -> None:
    """Make sure that there are events to follow.

    Raises:
        SpecError: The workspace has no events with a time.
    """
    if "events" not in dataset.observed:
        raise SpecError(
            "no_events",
            "Journeys are told from events, and the workspace has no events with a"
            " time.",
            "Load an export with events. What orders and subscriptions tell is on the"
            " Funnel and Stages pages.",
        )


def session_relations(
    dataset: Dataset,
    members: Population,
    gap: Duration,
    cut: Cut,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``sittings`` and what it reads."""
    sittings = Relation(
        f"{member_columns(members, 'sessions')},"
        "\n    date_diff('second', sessions.began_at, sessions.ended_at) as seconds,"
        f"\n    sessions.events\n{from_members(members, 'sessions')}"
    )
    sessions = sessions_of_everyone(dataset, gap, cut, cancellation)
    return {"sessions": sessions, "sittings": sittings}


def sessions_of_everyone(
    dataset: Dataset,
    gap: Duration,
    cut: Cut,
    cancellation: Cancellation | None = None,
) -> Relation:
    """Keep the sessions of all customers, or find them where they are kept.

    Args:
        dataset: Whose events.
        gap: A longer silence than this ends a session.
        cut: The data that may be seen.
        cancellation: Lets another thread stop the work.
    """
    where = "" if cut.before is None else "\n    where happened_on < $cut_on"
    values: dict[str, Value] = {"gap_seconds": gap.seconds}
    if cut.before is not None:
        values["cut_on"] = cut.before
    key = f"{gap.seconds} {cut.before}"
    name = "sessions_" + hashlib.sha256(key.encode()).hexdigest()[:12]
    streamed = _SESSIONS.format(where=where, each="()", ends="()")
    dataset.materialise(name, streamed, values, cancellation)
    each = "(partition by customer_no order by happened_at)"
    ends = "(partition by customer_no order by happened_at, place)"
    defined = Relation(_SESSIONS.format(where=where, each=each, ends=ends), values)
    return replace(defined, kept_as=name)


# Streaming windows, ``over ()``, may stand on a plain scan with filters only: a join
# would lose the order, silently. What is shown has windows of each customer instead.
_SESSIONS = """with logged as (
    select customer_no, happened_at
    from events{where}
),

neighbours as (
    select
        customer_no,
        happened_at,
        row_number() over {each} as place,
        lag(customer_no) over {each} as customer_before,
        lag(happened_at) over {each} as before_at,
        lead(customer_no) over {each} as customer_after,
        lead(happened_at) over {each} as after_at
    from logged
),

edges as (
    select
        customer_no,
        happened_at,
        place,
        customer_before is distinct from customer_no
        or happened_at - before_at > to_seconds($gap_seconds) as is_first,
        customer_after is distinct from customer_no
        or after_at - happened_at > to_seconds($gap_seconds) as is_last
    from neighbours
),

sides as (
    select
        customer_no,
        happened_at,
        place,
        is_first,
        is_last,
        lead(happened_at) over {ends} as end_at,
        lead(place) over {ends} as end_place
    from edges
    where is_first or is_last
)

select
    customer_no,
    happened_at as began_at,
    case when is_last then happened_at else end_at end as ended_at,
    case when is_last then 1 else end_place - place + 1 end as events
from sides
where is_first"""
