"""How many sessions customers have, and how long and how full they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.durations import Duration, spoken
from holdfast.filters import Filters
from holdfast.measures import percent_with_count
from holdfast.population import TOTAL, Unit, population
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.sessions import ANY_EVENT, session_relations

HALF_AN_HOUR = Duration(30, "min")


@dataclass(frozen=True)
class Sessions:
    """What is asked about sessions.

    Attributes:
        gap: A silence longer than this ends a session.
        unit: What is counted; sessions are always those of single customers.
        as_of: An earlier end of the observed time.
    """

    gap: Duration = HALF_AN_HOUR
    unit: Unit = "customer"
    as_of: date | None = None


def answer(
    dataset: Dataset,
    spec: Sessions,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer how many sessions customers have, and what these are like.

    Returns:
        ``frame``: one row per segment; see ``queries/answers/sessions.sql``. The share
        of sessions with a single event has no interval: the sessions of one customer
        resemble each other.
    """
    time = asking.observed_time(dataset, ANY_EVENT, spec.as_of)
    found = population(dataset, filters, spec.unit, cancellation, time.cut.before)
    relations = session_relations(dataset, found, spec.gap, time.cut, cancellation)
    values: dict[str, Value] = {"has_segments": bool(found.segments)}
    frame = asking.run(dataset, "sessions", found, relations, values, cancellation)
    frame["one_event_rate"] = frame["one_event_sessions"] / frame["sessions"]
    return Answer(
        question="sessions",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, frame),
        sql=asking.shown("sessions", found, relations, values),
        as_of=time.as_of,
        n=found.units,
        caveats=(
            Caveat(
                "session_gap",
                f"A silence of more than {spec.gap.describe()} ends a session; its"
                " length runs from the first to the last event, so a single event has"
                " none.",
            ),
            *asking.account_caveat(found),
            *asking.hole_caveat(dataset, time),
        ),
    )


def _sentence(spec: Sessions, frame: pd.DataFrame) -> str:
    rows = frame[frame["segment"] == TOTAL]
    if rows.empty:
        return f"No {spec.unit}s in view did anything."
    row = rows.iloc[0]
    sessions, single = int(row["sessions"]), int(row["one_event_sessions"])
    who = asking.counted(int(row["customers"]), spec.unit)
    return (
        f"{who} had {asking.counted(sessions, 'session')}, half of them"
        f" {row['median_sessions']:,.0f} or fewer; half of the sessions last no longer"
        f" than {spoken(float(row['median_length_seconds']))}, and"
        f" {percent_with_count(row['one_event_rate'], single, sessions)} are a single"
        " event."
    )
