"""What customers do next after something, or did before it: the paths they take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.durations import Duration, spoken
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.measures import percent_with_count
from holdfast.occurrence import ACTIVITY, SIGNUP, Occurrence
from holdfast.paths import Walk, code_base, first_event, walk_relations
from holdfast.periods import day_label
from holdfast.population import (
    TOTAL,
    Population,
    Relation,
    Unit,
    contents_of,
    population,
)
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.sessions import ANY_EVENT, check_events
from holdfast.stats import wilson_interval

Direction = Literal["after", "before"]

MOST_DEPTH, MOST_BRANCHES, MOST_RAREST = 6, 12, 50


@dataclass(frozen=True)
class Journeys:
    """What is asked about the paths of customers.

    Attributes:
        anchor: Where the journeys begin, or end; the sign-up is the event that more
            than half of the customers do first, else each one's first event.
        direction: Steps ``after`` the anchor or ``before`` it.
        depth: How many steps are followed, 1 to 6.
        every: From every anchor of a customer, not only the first.
        fold: The same event several times in a row is one step.
        branches: How many next steps of a step stand alone, 1 to 12; the rest is
            Other.
        rarest: Steps that fewer than so many percent of all journeys come to are Other
            too; 0 to 50.
        within: No step further from the anchor than this, such as 7d; empty for no
            limit.
        session: No step outside of the anchor's session; a silence longer than this,
            such as 30min, ends it. Empty for no sessions.
        left_out: Events that are no steps, such as event:opened_app.
        unit: What is counted; an account goes the way of whoever of it came to the
            anchor first.
        as_of: An earlier end of the observed time.
    """

    anchor: Occurrence = SIGNUP
    direction: Direction = "after"
    depth: int = 4
    every: bool = False
    fold: bool = True
    branches: int = 5
    rarest: int = 1
    within: Duration | None = None
    session: Duration | None = None
    left_out: Occurrence | None = None
    unit: Unit = "customer"
    as_of: date | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be followed or drawn.

        Raises:
            SpecError: A number is out of its range, or what is left out is no event.
        """
        for name, number, least, most in (
            ("depth", self.depth, 1, MOST_DEPTH),
            ("branches", self.branches, 1, MOST_BRANCHES),
            ("rarest", self.rarest, 0, MOST_RAREST),
        ):
            if not least <= number <= most:
                raise SpecError(
                    "number_out_of_range",
                    f"{name}: {number} is not between {least} and {most}.",
                    f"Use a number from {least} to {most}.",
                )
        if self.left_out is not None and self.left_out.kind != "event":
            raise SpecError(
                "not_an_event",
                f"left_out: {self.left_out.describe()} is no step of a path.",
                "Leave out events, such as event:opened_app.",
            )


def answer(
    dataset: Dataset,
    spec: Journeys,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer where customers go after something, or came from before it.

    Returns:
        ``frame``: one row per segment and path, from the start on; ``path`` names its
        steps. Shares have 95 % Wilson intervals: of those who came to the step before
        (``step_rate``) and of all (``journey_rate``), in both without journeys that
        still wait for a step in time. See ``queries/answers/journeys.sql``.
    """
    found, relations, time, anchor = _prepare(dataset, spec, filters, cancellation)
    base = code_base(dataset)
    values: dict[str, Value] = {
        "base": base,
        "powers": [base**power for power in range(spec.depth)],
        "branches": spec.branches,
        "rarest_percent": spec.rarest,
        "is_every": spec.every,
        "has_segments": bool(found.segments),
    }
    rows = asking.run(dataset, "journeys", found, relations, values, cancellation)
    frame = _with_shares(rows, anchor.describe(), spec, dataset.min_n)
    return Answer(
        question="journeys",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, anchor, frame),
        sql=asking.shown("journeys", found, relations, values),
        as_of=time.as_of,
        n=found.units,
        caveats=(
            *_caveats(dataset, spec, anchor, time, frame),
            *asking.account_caveat(found),
            *asking.hole_caveat(dataset, time),
            *asking.stranger_caveat(dataset),
        ),
    )


def members(
    dataset: Dataset,
    spec: Journeys,
    filters: Filters,
    node: int,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the customers who came to one node of the paths.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        node: Its node.
        segment: Its segment.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account, as many as the figure's ``customers``.
    """
    # Which steps stand alone is told by the figures: lists are as long as these.
    kept = dataset.recall(("answer", spec, filters, contents_of(dataset, filters)))
    if not isinstance(kept, Answer):
        kept = answer(dataset, spec, filters, cancellation)
    base = code_base(dataset)
    found, relations, _, _ = _prepare(dataset, spec, filters, cancellation)
    values: dict[str, Value] = {
        "base": base,
        "of_node": node,
        "alone": sorted({int(each) for each in kept.frame["node"]}),
        "of_segment": None if segment == TOTAL else segment,
    }
    return asking.run(
        dataset, "journeys_members", found, relations, values, cancellation
    )


def anchor_of(
    dataset: Dataset, anchor: Occurrence, cancellation: Cancellation | None = None
) -> Occurrence:
    """Return what stands for an anchor in these data.

    The sign-up is the event that more than half of the customers do first; where there
    is none, each customer's first event, whatever it is.

    Raises:
        SpecError: The workspace has no events with a time.
    """
    check_events(dataset)
    if anchor != SIGNUP:
        return anchor
    name = first_event(dataset, cancellation)
    return Occurrence("event", (name,)) if name else ACTIVITY


def _prepare(
    dataset: Dataset,
    spec: Journeys,
    filters: Filters,
    cancellation: Cancellation | None,
) -> tuple[Population, dict[str, Relation], asking.ObservedTime, Occurrence]:
    anchor = anchor_of(dataset, spec.anchor, cancellation)
    time = asking.observed_time(dataset, ANY_EVENT, spec.as_of)
    found = population(dataset, filters, spec.unit, cancellation, time.cut.before)
    walk = Walk(
        anchor=anchor,
        is_before=spec.direction == "before",
        depth=spec.depth,
        is_every=spec.every,
        is_folded=spec.fold,
        within=spec.within,
        session=spec.session,
        left_out=spec.left_out,
        cut=time.cut,
        as_of=dataset.utc(time.as_of),
    )
    return found, walk_relations(dataset, found, walk, cancellation), time, anchor


def _with_shares(
    frame: pd.DataFrame, start: str, spec: Journeys, min_n: int
) -> pd.DataFrame:
    """Add the words of the paths, and shares with their intervals."""
    steps = [
        start if kind == "start" else event if kind == "event" else words(kind, spec)
        for kind, event in zip(frame["kind"], frame["event"], strict=True)
    ]
    frame.insert(1, "name", steps)
    paths: dict[int, str] = {}
    for node, parent, step in zip(frame["node"], frame["parent"], steps, strict=True):
        paths[node] = step if pd.isna(parent) else f"{paths[parent]} › {step}"
    frame.insert(1, "path", [paths[node] for node in frame["node"]])
    frame["parent"] = frame["parent"].astype("Int64")
    is_rate = ~frame["kind"].isin(["start", "open"])
    for name, n in (
        ("step", frame["parent_journeys"] - frame["parent_open"]),
        ("journey", frame["started_journeys"] - frame["open_journeys"]),
    ):
        shares = n.where(is_rate & (n > 0))
        part = frame["journeys"].where(shares.notna())
        lower, upper = wilson_interval(part, shares)
        frame[f"{name}_n"] = shares.astype("Int64")
        frame[f"{name}_rate"] = part / shares
        frame[f"{name}_lower"], frame[f"{name}_upper"] = lower, upper
    frame["is_small"] = (frame["step_n"] < min_n).fillna(value=False).astype(bool)
    return frame


def words(kind: str, spec: Journeys) -> str:
    """Name what is no event at the end of a path."""
    nothing = "nothing before" if spec.direction == "before" else "nothing more"
    if spec.direction == "after" and (spec.within or spec.session):
        nothing = "nothing more in time"
    return {"nothing": f"({nothing})", "open": "(still open)", "other": "(other)"}[kind]


def _sentence(spec: Journeys, anchor: Occurrence, frame: pd.DataFrame) -> str:
    rows = frame[frame["segment"] == TOTAL]
    name = anchor.describe() if anchor != ACTIVITY else "a first event"
    if rows.empty:
        return f"Nobody in view has {name}."
    start = rows.iloc[0]
    steps = rows[(rows["depth"] == 1) & (rows["kind"] == "event")]
    number = int(start["journeys"])
    who = asking.counted(number, "journey" if spec.every else spec.unit)
    place = "after" if spec.direction == "after" else "before"
    if steps.empty:
        others = rows[(rows["depth"] == 1) & (rows["kind"] == "other")]
        if len(others):
            return (
                f"Of {who} with {name}, {int(others['journeys'].iloc[0]):,} did"
                f" something {place} it, but too few of them the same to be shown"
                " apart."
            )
        return f"{who}: nothing {place} {name} was observed."
    first = steps.iloc[0]
    share = percent_with_count(
        first["step_rate"], int(first["journeys"]), int(first["step_n"])
    )
    took = spoken(float(first["median_seconds"]))
    when = "next" if spec.direction == "after" else "just before"
    ends = rows[(rows["depth"] == 1) & (rows["kind"] == "nothing")]
    none = ""
    if len(ends):
        none = f"; {int(ends['journeys'].iloc[0]):,} did nothing {_MORE[place]}"
    return (
        f"Of {who} with {name}, most often {first['name']} came {when}: {share},"
        f" half of them within {took}{none}."
    )


_MORE = {"after": "more", "before": "before"}


def _caveats(
    dataset: Dataset,
    spec: Journeys,
    anchor: Occurrence,
    time: asking.ObservedTime,
    frame: pd.DataFrame,
) -> list[Caveat]:
    caveats: list[Caveat] = []
    if spec.anchor == SIGNUP:
        text = (
            f"The sign-up is taken to be {anchor.describe()}, which more than half of"
            " the customers do first."
            if anchor != ACTIVITY
            else "No event is the first of more than half of the customers, so each"
            " journey begins with the customer's own first event."
        )
        caveats.append(Caveat("sign_up", text))
    is_limited = bool(spec.within or spec.session)
    open_journeys = frame.loc[frame["segment"] == TOTAL, "open_journeys"].max()
    if spec.direction == "before":
        caveats.append(
            Caveat(
                "left_edge",
                f"The data begin on {day_label(time.from_on)}: what was done before"
                " that day counts as nothing.",
            )
        )
    elif is_limited and open_journeys:
        caveats.append(
            Caveat(
                "open",
                f"{asking.counted(int(open_journeys), 'journey')} in view may still go"
                " on in time: still open, and in no share.",
            )
        )
    elif not is_limited:
        caveats.append(
            Caveat(
                "no_limit",
                "There is no limit of time: whoever has done nothing more may still do"
                " it. Set one to tell those who stopped from those who are recent.",
            )
        )
    if spec.every:
        caveats.append(
            Caveat(
                "several_journeys",
                "A customer can make several journeys, which resemble each other: the"
                " intervals are narrower than they should be.",
            )
        )
    caveats.extend(asking.small_caveat(frame, dataset.min_n))
    return caveats
