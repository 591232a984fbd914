"""How many customers are in each stage of the journey, and how they move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.happenings import resolved, table_of
from holdfast.measures import percent
from holdfast.occurrence import ACTIVITY, ORDER, SIGNUP, Occurrence
from holdfast.periods import day_label, first_day, period_label, period_of
from holdfast.population import TOTAL, Population, Relation, Unit, population
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.journey_stages import suggested_stages
from holdfast.questions.survival import lapse_days
from holdfast.stage_rules import StageRules
from holdfast.standings import condition_occurrence, standing_relations
from holdfast.stats import wilson_interval

NEW = "New"


@dataclass(frozen=True)
class Stages:
    """What is asked about the stages of the journey.

    Attributes:
        stages: The stages, the furthest last, as
            ``Land;Adopt:active>=4/30d;Renew:paying&paid>=12mo;Lapsed:silent&!paying``;
            empty for what the data suggest. Conditions are ``active``, ``did NAME`` or
            ``orders``, at least so often and in the last days or ever; ``paying``,
            ``grown`` (pays more than at first), ``paid>=12mo`` and ``started>=180d``
            ago, ``silent`` or ``silent>45d``; a ! denies one.
        unit: What is counted.
        first: A local day in the first month shown.
        last: A local day in the last month shown.
        as_of: An earlier end of the observed time.
    """

    stages: StageRules | None = None
    unit: Unit = "customer"
    first: date | None = None
    last: date | None = None
    as_of: date | None = None


@dataclass(frozen=True)
class _Question:
    """A spec made ready for one dataset."""

    rules: StageRules
    lapse: int
    time: asking.ObservedTime
    until_ons: list[date]
    month_ends: list[date]
    left_out: int
    members: Population
    relations: dict[str, Relation]


def answer(
    dataset: Dataset,
    spec: Stages,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer who is in which stage, and how customers moved between them.

    Returns:
        ``frame``: one row per segment, complete month and stage, at the month's end;
        at its start + new + came − went = at its end. ``extras``: ``now`` with one row
        per segment and stage at the end of the observed time, with Wilson intervals;
        ``flow`` with one row per segment, month, stage before and stage after;
        ``rules`` with what each stage means.

    Raises:
        SpecError: A condition does not fit the data.
    """
    question = _prepare(dataset, spec, filters, cancellation)
    found, rules = question.members, question.rules
    values: dict[str, Value] = {
        "stage_names": rules.names,
        "has_segments": bool(found.segments),
        "min_n": dataset.min_n,
    }

    def run(query: str) -> pd.DataFrame:
        frame = asking.run(
            dataset, query, found, question.relations, values, cancellation
        )
        frame["ends_on"] = pd.to_datetime(frame["ends_on"])
        return frame

    rows, flow = run("stages"), run("stages_flow")
    moved = ["at_start", "new", "came", "went"]
    rows = _without_unused(rows.astype(dict.fromkeys(moved, "Int64")))
    flow["from_no"] = flow["from_no"].astype("Int64")
    _assert_identity(rows)
    now = _now(rows)
    month_ends = pd.to_datetime(pd.Series(question.month_ends, dtype=object))
    months = rows[rows["ends_on"].isin(month_ends)].reset_index(drop=True)
    moves = flow[flow["ends_on"].isin(month_ends)].reset_index(drop=True)
    shown = [_is_shown(spec, each) for each in (months, moves)]
    return Answer(
        question="stages",
        spec=spec,
        filters=filters,
        frame=months[shown[0]].reset_index(drop=True),
        sentence=_sentence(spec, question, now, moves),
        sql=asking.shown("stages", found, question.relations, values),
        as_of=question.time.as_of,
        n=int(now.loc[now["segment"] == TOTAL, "customers"].sum()),
        extras={
            "now": now,
            "flow": moves[shown[1]].reset_index(drop=True),
            "rules": _rules_frame(rules, question.lapse),
        },
        caveats=(
            *_caveats(spec, question, now, dataset.min_n),
            *asking.early_caveat(dataset, question.time, spec.as_of),
            *asking.account_caveat(found),
            *asking.hole_caveat(dataset, question.time),
            *asking.stranger_caveat(dataset),
        ),
    )


def members(
    dataset: Dataset,
    spec: Stages,
    filters: Filters,
    ends_on: date,
    stage: str | None = None,
    stage_before: str | None = None,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List who is in a stage at the end of a month, or came to it from another.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        ends_on: The day of the figure.
        stage: Name of the stage at the end of that day; none for all.
        stage_before: The stage a month before, or ``New``; none for all.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account, as many as the figure's ``customers``; see
        ``queries/answers/stages_members.sql``.
    """
    question = _prepare(dataset, spec, filters, cancellation)
    numbers = {name: no for no, name in enumerate(["(none)", *question.rules.names])}
    values: dict[str, Value] = {
        "stage_names": question.rules.names,
        "of_until": ends_on + timedelta(days=1),
        "of_stage": None if stage is None else numbers.get(stage, -1),
        "of_previous": None if stage_before is None else numbers.get(stage_before, -1),
        "of_segment": None if segment == TOTAL else segment,
    }
    return asking.run(
        dataset,
        "stages_members",
        question.members,
        question.relations,
        values,
        cancellation,
    )


def _prepare(
    dataset: Dataset,
    spec: Stages,
    filters: Filters,
    cancellation: Cancellation | None,
) -> _Question:
    rules = spec.stages or suggested_stages(dataset)
    if not dataset.observed:
        # Refuses with what to load, as all questions do.
        resolved(dataset, ACTIVITY)
    time = asking.observed_together(dataset, _looked_at(rules), spec.as_of)
    lapse = 0
    conditions = [each for stage in rules for each in stage.conditions]
    if any(each.kind == "silent" for each in conditions):
        shown_by = ACTIVITY if "events" in dataset.observed else ORDER
        table_of(dataset, shown_by)
        lapse = lapse_days(dataset, shown_by, time.cut, cancellation)
    days = _days_looked_back(dataset, rules, lapse, time.from_on)
    until_ons, left_out = _snapshots(time.from_on, time.as_of, days)
    month_ends = [
        day - timedelta(days=1)
        for day in until_ons
        if day.day == 1 and (day - time.from_on).days >= days
    ]
    found = population(dataset, filters, spec.unit, cancellation, time.cut.before)
    relations = standing_relations(
        dataset, found, rules, until_ons, lapse, cancellation
    )
    return _Question(
        rules, lapse, time, until_ons, month_ends, left_out, found, relations
    )


def _looked_at(rules: StageRules) -> list[Occurrence]:
    """Return what the conditions look at; the sign-up where that is the start alone."""
    found = [
        occurrence
        for stage in rules
        for each in stage.conditions
        if (occurrence := condition_occurrence(each)) is not None
    ]
    return found or [SIGNUP]


def _days_looked_back(
    dataset: Dataset, rules: StageRules, lapse: int, from_on: date
) -> int:
    """Return how many days have to be seen before the first month is judged.

    Where nobody started before the data begin, there is nothing to see before.
    """
    known = dataset.observed.get("customers")
    if known is not None and known.from_on >= from_on:
        return 0
    conditions = [each for stage in rules for each in stage.conditions]
    silences = (each.at_least or lapse for each in conditions if each.kind == "silent")
    return max([*(each.days for each in conditions), *silences], default=0)


def _snapshots(from_on: date, as_of: date, days: int) -> tuple[list[date], int]:
    """Return the days after each month's end that is seen with all days before it.

    Returns:
        The days in order, the end of the observed time last, and how many months are
        left out because the conditions look back to before the data.
    """
    first, last = period_of(from_on, "month"), period_of(as_of, "month")
    ends = [first_day(month, "month") for month in range(first + 1, last + 1)]
    kept = [day for day in ends if (day - from_on).days >= days]
    if not kept or kept[-1] != as_of:
        kept.append(as_of)
    return kept, sum((day - from_on).days < days for day in ends)


def _without_unused(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out being in no stage where nobody ever is."""
    none = rows["stage_no"] == 0
    is_used = bool(rows.loc[none, "customers"].any())
    return rows if is_used else pd.DataFrame(rows[~none].reset_index(drop=True))


def _assert_identity(rows: pd.DataFrame) -> None:
    """Hold every month and stage to: start + new + came − went = end."""
    known = rows[rows["at_start"].notna()]
    ends = known["at_start"] + known["new"] + known["came"] - known["went"]
    assert (ends == known["customers"]).all()


def _is_shown(spec: Stages, rows: pd.DataFrame) -> pd.Series:
    shown: pd.Series = rows["ends_on"].notna()
    if spec.first:
        shown &= rows["ends_on"] >= pd.Timestamp(spec.first)
    if spec.last:
        shown &= rows["ends_on"].dt.to_period("M") <= pd.Period(spec.last, "M")
    return shown


def _now(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the last snapshot with intervals of the shares."""
    now = rows[rows["ends_on"] == rows["ends_on"].max()].reset_index(drop=True)
    lower, upper = wilson_interval(now["customers"], now["total"])
    place = list(now.columns).index("share_rate") + 1
    now.insert(place, "share_lower", lower)
    now.insert(place + 1, "share_upper", upper)
    moved = ["at_start", "new", "came", "went"]
    return pd.DataFrame(now.drop(columns=moved))


def _rules_frame(rules: StageRules, lapse: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "stage_no": range(1, len(rules.names) + 1),
            "stage": rules.names,
            "definition": [stage.describe(lapse) for stage in rules],
            "is_lost": [stage.is_lost for stage in rules],
            "notation": [str(stage) for stage in rules],
        }
    )


def _sentence(
    spec: Stages, question: _Question, now: pd.DataFrame, moves: pd.DataFrame
) -> str:
    rows = now[now["segment"] == TOTAL]
    total = int(rows["customers"].sum())
    if not total:
        return f"No {spec.unit}s in view had started."
    day = day_label(rows["ends_on"].iloc[0])
    shares = zip(rows["stage"], rows["share_rate"], rows["customers"], strict=True)
    parts = ", ".join(
        f"{percent(share)} ({customers:,}) in {stage}"
        for stage, share, customers in shares
    )
    who = asking.counted(total, spec.unit)
    return f"Of {who} on {day}, {parts}.{_moved(question.rules, moves)}"


def _moved(rules: StageRules, moves: pd.DataFrame) -> str:
    """Say how many moved in the last complete month, and which way."""
    last = moves[(moves["segment"] == TOTAL)]
    if last.empty:
        return ""
    last = last[last["ends_on"] == last["ends_on"].max()]
    lost = {no for no, stage in enumerate(rules, start=1) if stage.is_lost}
    counts = dict.fromkeys(("new", "further", "back", "lost", "returned"), 0)
    for _, row in last.iterrows():
        before, after = row["from_no"], int(row["to_no"])
        if pd.isna(before):
            way = "new"
        elif before == after:
            continue
        elif after in lost:
            way = "lost"
        elif before in lost:
            way = "returned"
        else:
            way = "further" if after > before else "back"
        counts[way] += int(row["customers"])
    month = period_label(last["ends_on"].iloc[0], "month")
    gone = ""
    if lost:
        names = " or ".join(rules.names[no - 1] for no in sorted(lost))
        gone = f", {counts['lost']:,} went to {names}, {counts['returned']:,} came back"
    return (
        f" In {month}, {counts['new']:,} started, {counts['further']:,} moved on and"
        f" {counts['back']:,} fell back{gone}."
    )


def _caveats(
    spec: Stages, question: _Question, now: pd.DataFrame, min_n: int
) -> list[Caveat]:
    rules = question.rules
    meanings = "; ".join(
        f"{stage.name}, {stage.describe(question.lapse)}" for stage in rules
    )
    chosen = "" if spec.stages else " They were chosen by what the data have."
    caveats = [
        Caveat(
            "stage_rules",
            f"Stages: {meanings}. Everyone is in the last one that fits.{chosen}",
        )
    ]
    if question.left_out:
        months = "month"
        if question.left_out > 1:
            months = f"{question.left_out:,} months"
        caveats.append(
            Caveat(
                "left_edge",
                f"The first {months} of the data cannot be judged: the conditions look"
                " back to days before the data begin.",
            )
        )
    as_of = question.time.as_of
    if as_of.day != 1:
        caveats.append(
            Caveat(
                "incomplete",
                f"{period_label(as_of, 'month')} is not over, so it is in no figure by"
                " month; the stages of now are those at the end of"
                f" {day_label(as_of - timedelta(days=1))}.",
            )
        )
    small = now[(now["segment"] != TOTAL) & now["is_small"]]
    caveats.extend(asking.small_caveat(small, min_n) if len(small) else [])
    return caveats
