"""What promoters and detractors do after they answered: stay, leave, pay, ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.measures import percent, percent_with_count
from holdfast.periods import Span, day_label, first_day, period_of
from holdfast.population import TOTAL, Relation
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.leaving import Spells
from holdfast.questions.voicing import (
    Voicing,
    day_after,
    group_name,
    prepared_voices,
    shared_caveats,
)
from holdfast.score_groups import GROUP_KEYS, scale_asked
from holdfast.stats import (
    LifeTable,
    LogRank,
    kaplan_meier,
    log_rank,
    newcombe_difference,
    wilson_interval,
)
from holdfast.voices import AROUND_DAYS, Moment, Voices, voice_relations

Outcome = Literal["left", "stayed", "open"]

_MOST_HORIZON = 1_000
# So many first days of periods are looked at, at most.
_MOST_STARTS = 400
_SCORED = GROUP_KEYS[:3]


@dataclass(frozen=True)
class ScoreBehaviour(Voicing):
    """What is asked about what follows a score; see also ``Voicing``.

    Attributes:
        moment: Lives are looked at from every answer, from the latest answer of each
            customer and period, or from the first day of each period, in the group
            of the latest answer before.
        span: The length of a period; those who never answered are looked at from the
            first day of each.
        horizon: Days after the moment that are looked at.
        first: The first local day of a moment; by default that of the first answer.
        last: The last one.
    """

    moment: Moment = "answer"
    span: Span = "quarter"
    horizon: int = 90
    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        """Refuse a horizon that is none."""
        if not 1 <= self.horizon <= _MOST_HORIZON:
            raise SpecError(
                "unknown_horizon",
                f"Nobody can be looked at for {self.horizon} days.",
                f"Choose 1 to {_MOST_HORIZON} days, such as 30, 90 or 180.",
            )


@dataclass(frozen=True)
class _Question:
    """A spec made ready for one dataset."""

    spells: Spells
    currency: str | None
    relations: dict[str, Relation]


def answer(
    dataset: Dataset,
    spec: ScoreBehaviour,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer what customers do after a good, a bad or no score.

    Returns:
        ``frame``: one row per segment and group, best first, those who never answered
        last; shares with 95 % Wilson intervals, differences from the best group with
        Newcombe's; see ``queries/answers/score_behaviour.sql``. ``extras``: ``curves``
        with Kaplan and Meier's share still here by days since the moment, and
        ``logrank`` with its test, per segment, between the groups with a score.

    Raises:
        SpecError: Nobody who is known answered, or nothing tells who is a customer.
    """
    question = _prepare(dataset, spec, filters, cancellation)
    spells, relations = question.spells, question.relations
    found = spells.members
    values: dict[str, Value] = {
        "has_segments": bool(found.segments),
        "min_n": dataset.min_n,
    }
    name = "score_behaviour"
    counts = asking.run(dataset, name, found, relations, values, cancellation)
    frame = _with_rates(counts, spec)
    times = asking.run(
        dataset, "score_behaviour_times", found, relations, values, cancellation
    )
    return Answer(
        question=name,
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, frame),
        sql=asking.shown(name, found, relations, values),
        as_of=spells.time.as_of,
        n=int(frame.loc[frame["segment"] == TOTAL, "units"].sum()),
        extras={"curves": _curves(times, spec), "logrank": _tests(times)},
        caveats=(
            *_caveats(dataset, spec, spells, frame),
            *shared_caveats(
                dataset, spec, spells, question.currency, relations, cancellation
            ),
        ),
    )


def members(
    dataset: Dataset,
    spec: ScoreBehaviour,
    filters: Filters,
    group: str,
    outcome: Outcome | None = None,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List who is behind a figure.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        group: high, middle, low, unscored or silent.
        outcome: left or stayed within the horizon, or not yet over; none for all.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per moment, as many as the figure says; what pays most comes first.
    """
    question = _prepare(dataset, spec, filters, cancellation)
    return asking.run(
        dataset,
        "score_behaviour_members",
        question.spells.members,
        question.relations,
        {
            "of_group": group,
            "of_outcome": outcome,
            "of_segment": None if segment == TOTAL else segment,
        },
        cancellation,
    )


def _prepare(
    dataset: Dataset,
    spec: ScoreBehaviour,
    filters: Filters,
    cancellation: Cancellation | None,
) -> _Question:
    spells, currency = prepared_voices(dataset, spec, filters, cancellation)
    as_of = spells.time.as_of
    heard_from = max(dataset.observed["responses"].from_on, spells.time.from_on)
    first = max(spec.first or heard_from, heard_from)
    until = day_after(spec.last, as_of)
    voices = Voices(
        survey=spec.survey,
        moment=spec.moment,
        span=spec.span,
        starts=_starts(dataset, spec, first, until),
        first_on=first,
        until_on=until,
        horizon=spec.horizon,
        sign=spells.sign,
        ending=spec.ending,
        currency=currency,
        as_of=as_of,
        scale=scale_asked(dataset, spec.survey, spec.question, spec.reading),
        question=spec.question,
    )
    relations = voice_relations(
        dataset, spells.members, spells.relations, voices, cancellation
    )
    return _Question(spells, currency, relations)


def _starts(
    dataset: Dataset, spec: ScoreBehaviour, first: date, until: date
) -> tuple[date, ...]:
    """Return the first days of the periods that begin in the time looked at."""
    if first >= until:
        return ()
    week = dataset.week_start
    lowest = period_of(first, spec.span, week)
    highest = period_of(until - timedelta(days=1), spec.span, week)
    if highest - lowest >= _MOST_STARTS:
        raise SpecError(
            "too_many_periods",
            f"There are {highest - lowest + 1:,} {spec.span}s to look at; at most"
            f" {_MOST_STARTS} can be.",
            "Choose longer periods, or a shorter time.",
        )
    days = (first_day(each, spec.span, week) for each in range(lowest, highest + 1))
    return tuple(day for day in days if day >= first)


def _with_rates(rows: pd.DataFrame, spec: ScoreBehaviour) -> pd.DataFrame:
    """Add shares with their intervals, and differences from the best group."""
    frame = rows.copy()
    frame.insert(2, "group", [group_name(spec.survey, g) for g in rows["score_group"]])
    for name, part, whole in (
        ("loss", "lost", "mature"),
        ("active_after", "active", "seen"),
        ("retained", "retained", "retained_seen"),
        ("before", "with_before", "ticket_moments"),
        ("after", "with_after", "ticket_moments"),
    ):
        lower, upper = wilson_interval(frame[part], frame[whole])
        frame[f"{name}_rate"] = frame[part] / frame[whole].where(frame[whole] > 0)
        frame[f"{name}_lower"], frame[f"{name}_upper"] = lower, upper
    best = frame[frame["score_group"] == "high"].set_index("segment")
    of_best = {
        name: frame["segment"].map(best[name]).fillna(0) for name in ("lost", "mature")
    }
    apart = newcombe_difference(
        frame["lost"], frame["mature"], of_best["lost"], of_best["mature"]
    )
    is_other = frame["score_group"] != "high"
    for name, values in zip(_DIFFERENCES, apart, strict=True):
        frame[name] = pd.Series(values, index=frame.index).where(is_other)
    frame["differs"] = (frame["difference_lower"] > 0) | (frame["difference_upper"] < 0)
    before = frame["monthly_before"].where(frame["monthly_before"] > 0)
    kept = frame["monthly_before"] - frame["contraction"] - frame["monthly_lost"]
    frame["group_nrr"] = frame["monthly_after"] / before
    frame["group_grr"] = kept / before
    frame["monthly_each"] = frame["monthly_before"] / frame["priced"].where(
        frame["priced"] > 0
    )
    return frame


def _curves(times: pd.DataFrame, spec: ScoreBehaviour) -> pd.DataFrame:
    """Estimate the share still here by each day of every group."""
    parts = []
    for (segment, group), rows in times.groupby(["segment", "score_group"], sort=False):
        table = _life_table(rows)
        curve = kaplan_meier(table)
        part = pd.DataFrame(
            {
                "segment": segment,
                "group": group_name(spec.survey, str(group)),
                "days": np.asarray(table.duration, dtype=np.int64),
                "at_risk": np.asarray(table.at_risk, dtype=np.int64),
                "lost": np.asarray(table.ended, dtype=np.int64),
                "censored": np.asarray(table.censored, dtype=np.int64),
                "stay_rate": curve.survival,
                "rate_lower": curve.lower,
                "rate_upper": curve.upper,
            }
        )
        if part["days"].iloc[0] > 0:
            whole = dict.fromkeys(("stay_rate", "rate_lower", "rate_upper"), 1.0)
            start = part.iloc[[0]].assign(days=0, lost=0, censored=0, **whole)
            part = pd.concat([start, part], ignore_index=True)
        parts.append(part)
    if not parts:
        return pd.DataFrame(columns=_CURVE)
    return pd.concat(parts, ignore_index=True)


def _tests(times: pd.DataFrame) -> pd.DataFrame:
    """Test whether the groups with a score share one curve, in each segment."""
    rows = []
    for segment, found in times.groupby("segment", sort=False):
        groups = [
            _life_table(part)
            for group, part in found.groupby("score_group", sort=False)
            if group in _SCORED
        ]
        test = log_rank(groups) if len(groups) > 1 else LogRank(np.nan, 0, np.nan)
        rows.append((segment, *test))
    return pd.DataFrame(
        rows, columns=["segment", "statistic", "degrees_of_freedom", "p_value"]
    )


def _life_table(rows: pd.DataFrame) -> LifeTable:
    return LifeTable(rows["days"], rows["at_risk"], rows["lost"], rows["censored"])


_DIFFERENCES = ("difference", "difference_lower", "difference_upper")
_CURVE = [
    *("segment", "group", "days", "at_risk", "lost", "censored"),
    *("stay_rate", "rate_lower", "rate_upper"),
]


def _sentence(spec: ScoreBehaviour, frame: pd.DataFrame) -> str:
    total = frame[(frame["segment"] == TOTAL) & (frame["moments"] > 0)]
    if total.empty:
        return "No customer in view was there to be followed in the time asked for."
    ripe = total[total["mature"] > 0].set_index("score_group")
    within = f"within {spec.horizon} days"
    if ripe.empty:
        return (
            f"Nobody answered {spec.horizon} days or more before the end of the data:"
            " too early to say who leaves."
        )
    after = "of their answer" if spec.moment != "period" else "of a period's first day"
    parts = [
        percent_with_count(lost / mature, lost, mature) + f" of the {name.lower()}"
        for group in ("low", "middle", "high")
        for name, lost, mature in _counts(ripe, group)
    ]
    if not parts:
        return "Nobody in view gave a score; see what those do who never answered."
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    said = f"{listed[0].upper()}{listed[1:]} left {within} {after}"
    if not {"low", "high"} <= set(ripe.index):
        return f"{said}."
    row = ripe.loc["low"]
    low, high = (100 * row[f"difference_{end}"] for end in ("lower", "upper"))
    chance = "" if row["differs"] else ", so it may be chance"
    sign = "more" if row["difference"] >= 0 else "fewer"
    return (
        f"{said}: {100 * abs(row['difference']):.1f} points {sign} of the"
        f" {group_name(spec.survey, 'low').lower()} than of the"
        f" {group_name(spec.survey, 'high').lower()} (95% interval of the difference"
        f" {low:.1f} to {high:.1f}{chance})."
    )


def _counts(ripe: pd.DataFrame, group: str) -> list[tuple[str, int, int]]:
    rows = ripe.loc[ripe.index == group, ["group", "lost", "mature"]]
    return [
        (str(name), int(lost), int(mature))
        for name, lost, mature in rows.itertuples(index=False)
    ]


def _caveats(
    dataset: Dataset, spec: ScoreBehaviour, spells: Spells, frame: pd.DataFrame
) -> list[Caveat]:
    total = frame[frame["segment"] == TOTAL]
    caveats = [
        Caveat("association", _ASSOCIATION),
        Caveat("moments", _MEANT[spec.moment]),
    ]
    silent = total[total["score_group"] == "silent"]
    if spec.moment != "period" and len(silent):
        caveats.append(
            Caveat(
                "silent",
                "Those who never answered are looked at from the first day of each"
                f" {spec.span}: customers then who had not answered before it, whatever"
                " they did later.",
            )
        )
    moments = int(total["moments"].sum())
    if moments and (total["moments"] > total["units"]).any():
        caveats.append(
            Caveat(
                "repeated",
                f"A customer counts at each of several moments ({moments:,} in all), so"
                " one loss can stand behind several and intervals are a little too"
                " narrow.",
            )
        )
    waiting = int((total["moments"] - total["mature"]).sum())
    if waiting:
        last = day_label(spells.time.as_of - timedelta(days=1))
        share = percent(waiting / moments)
        caveats.append(
            Caveat(
                "incomplete",
                f"Observed until {last}: {waiting:,} moments ({share}) are less than"
                f" {spec.horizon} days old. They are in no share and in the curves as"
                " far as seen.",
            )
        )
    caveats.extend(asking.small_caveat(frame, dataset.min_n))
    if spells.lapse and spec.horizon < spells.lapse:
        caveats.append(
            Caveat(
                "late_losses",
                f"A silence shows only after {spells.lapse} days, so who leaves within"
                f" {spec.horizon} days had begun to be silent before the answer. Choose"
                " a longer horizon.",
            )
        )
    if total["seen"].sum() or total["retained_seen"].sum() or spells.lapse:
        caveats.extend(asking.hole_caveat(dataset, spells.time))
    if not total["ticket_moments"].sum():
        caveats.append(
            Caveat(
                "no_tickets",
                f"Tickets of the {AROUND_DAYS} days before and after are not known:"
                " load an export of tickets that covers them.",
            )
        )
    return caveats


_ASSOCIATION = (
    "What follows a score need not be caused by it: who is about to leave may answer"
    " badly, and who answers differs from who does not."
)
_MEANT = {
    "answer": "Every scored answer of somebody who was a customer then counts, with the"
    " lower score where one person answered twice at one instant.",
    "latest": "Only the latest answer of a customer and period counts. Who answers late"
    " in it had to be there until then, which makes leaving look a little rarer.",
    "period": "Everybody is looked at from the first day of each period, in the group"
    " of the latest scored answer before, however old. Nothing after that day says who"
    " is in which group.",
}
