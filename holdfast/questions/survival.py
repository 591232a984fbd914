"""How long customers stay: survival curves by segment, with those still here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.cohorts import presence_relations
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.happenings import Clock, Cut
from holdfast.lifetimes import lifetimes_relations
from holdfast.occurrence import ACTIVITY, ORDER, SUBSCRIPTION, Occurrence
from holdfast.population import TOTAL, Population, Relation, Unit, population
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.stats import (
    Estimate,
    LifeTable,
    kaplan_meier,
    log_rank,
    median_survival,
    restricted_mean,
    wilson_interval,
)

Sign = Literal["auto", "subscription", "activity", "order", "tenure"]


@dataclass(frozen=True)
class Survival:
    """What is asked about the length of customers' lives.

    Attributes:
        sign: The sign of life: a paid subscription, any activity, orders, or tenure
            and a churned flag as a customer table gives them; ``auto`` takes the
            first of subscription, tenure, activity and order that the data have.
        lapse_days: Silence longer than this ends a life (activity and orders); 0 for
            the workspace's setting, else the 95th percentile of gaps.
        horizon: Up to where the restricted mean is taken; 0 for the longest duration
            that all segments were observed for.
        unit: What is counted.
        as_of: An earlier end of the observed time.
    """

    sign: Sign = "auto"
    lapse_days: int = 0
    horizon: int = 0
    unit: Unit = "customer"
    as_of: date | None = None


_OCCURRENCES: dict[str, Occurrence] = {
    "subscription": SUBSCRIPTION,
    "activity": ACTIVITY,
    "order": ORDER,
}


@dataclass(frozen=True)
class _Question:
    """A spec made ready for one dataset."""

    sign: str
    lapse: int
    as_of: date | None
    time: asking.ObservedTime | None
    members: Population
    relations: dict[str, Relation]


def answer(
    dataset: Dataset,
    spec: Survival,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer how long customers stay.

    Returns:
        ``frame``: one row per segment and duration, survival with its 95 % log-log
        interval. ``extras``: ``summary`` with one row per segment (counts, median,
        restricted mean) and ``logrank`` with the test between segments.
    """
    question = _prepare(dataset, spec, filters, cancellation)
    sign, lapse, time = question.sign, question.lapse, question.time
    found, relations = question.members, question.relations
    values: dict[str, Value] = {"has_segments": bool(found.segments)}
    counts = asking.run(dataset, "survival", found, relations, values, cancellation)
    unit = "months" if sign == "tenure" else "days"
    tables = _life_tables(counts)
    summary = _summary(tables, spec.horizon, unit)
    return Answer(
        question="survival",
        spec=spec,
        filters=filters,
        frame=_curves(tables),
        sentence=_sentence(spec, sign, lapse, summary),
        sql=asking.shown("survival", found, relations, values),
        as_of=question.as_of,
        n=int(summary.loc[summary["segment"] == TOTAL, "customers"].sum()),
        extras={"summary": summary, "logrank": _log_rank(tables)},
        caveats=(
            *_caveats(dataset, sign, lapse, summary),
            *(_left_out(dataset, found, cancellation) if sign == "tenure" else ()),
            *asking.account_caveat(found),
            *(asking.hole_caveat(dataset, time) if time and lapse else ()),
            *asking.stranger_caveat(dataset),
        ),
    )


def members(
    dataset: Dataset,
    spec: Survival,
    filters: Filters,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the customers who have left.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account, as many as the summary's ``ended``; see
        ``queries/answers/survival_members.sql``.
    """
    question = _prepare(dataset, spec, filters, cancellation)
    return asking.run(
        dataset,
        "survival_members",
        question.members,
        question.relations,
        {"of_segment": None if segment == TOTAL else segment},
        cancellation,
    )


def _prepare(
    dataset: Dataset,
    spec: Survival,
    filters: Filters,
    cancellation: Cancellation | None,
) -> _Question:
    sign = sign_of_life(dataset, spec.sign)
    as_of, cut, time = _snapshot(dataset), Cut(), None
    if sign != "tenure":
        time = asking.observed_time(dataset, _OCCURRENCES[sign], spec.as_of)
        as_of, cut = time.as_of, time.cut
    found = population(dataset, filters, spec.unit, cancellation, cut.before)
    lapse = 0
    if sign in ("activity", "order"):
        lapse = spec.lapse_days or lapse_days(
            dataset, _OCCURRENCES[sign], cut, cancellation
        )
    clock = Clock("day", cut=cut)
    relations = lifetimes_relations(
        dataset, found, sign, clock, as_of, lapse, cancellation
    )
    return _Question(sign, lapse, as_of, time, found, relations)


def signs_of_life(dataset: Dataset) -> list[str]:
    """Return the signs of life that a dataset can show, the most telling first."""
    has = {
        "subscription": "subscriptions" in dataset.observed,
        "tenure": "tenure_months" in dataset.attributes,
        "activity": "events" in dataset.observed,
        "order": "orders" in dataset.observed,
    }
    return [name for name, there in has.items() if there]


def sign_of_life(dataset: Dataset, sign: Sign) -> str:
    """Return the sign of life that a dataset can show.

    Raises:
        SpecError: The data have none, or not the one that was asked for.
    """
    shown = signs_of_life(dataset)
    if sign == "auto" and shown:
        return shown[0]
    if sign in shown:
        return sign
    missing = "no sign of life" if sign == "auto" else f"no {sign}"
    raise SpecError(
        "no_sign_of_life",
        f"The data have {missing} to tell how long customers stay.",
        "Load subscriptions, events, orders, or customers with a tenure.",
    )


def lapse_days(
    dataset: Dataset,
    shown_by: Occurrence,
    cut: Cut | None = None,
    cancellation: Cancellation | None = None,
) -> int:
    """Return the days of silence after which a customer has lapsed.

    Returns:
        The workspace's setting, else the 95th percentile of the gaps between active
        days of all customers, else 30.
    """
    if chosen := int(dataset.settings.get("lapse_days", "0")):
        return chosen
    clock = Clock("day", cut=cut or Cut())
    key = ("lapse_days", shown_by, clock.cut)
    kept = dataset.recall(key)
    if kept is not None:
        return int(kept)
    everyone = population(dataset, Filters(), "customer", cancellation)
    relations = presence_relations(dataset, everyone, shown_by, clock, cancellation)
    gaps = asking.run(dataset, "gaps", everyone, relations, {}, cancellation)
    days: Any = gaps.at[0, "lapse_days"]
    lapse = 30 if pd.isna(days) else int(days)
    dataset.keep(key, lapse)
    return lapse


def _snapshot(dataset: Dataset) -> date | None:
    """Return the dataset's end; a table with tenures has no dates of its own."""
    return max((seen.as_of for seen in dataset.observed.values()), default=None)


def _life_tables(counts: pd.DataFrame) -> dict[str, LifeTable]:
    return {
        str(segment): LifeTable(
            rows["duration"], rows["at_risk"], rows["ended"], rows["censored"]
        )
        for segment, rows in counts.groupby("segment", sort=False)
    }


def _curves(tables: dict[str, LifeTable]) -> pd.DataFrame:
    parts = []
    for segment, table in tables.items():
        curve = kaplan_meier(table)
        part = pd.DataFrame(
            {
                "segment": segment,
                "duration": np.asarray(table.duration, dtype=float),
                "at_risk": np.asarray(table.at_risk, dtype=np.int64),
                "ended": np.asarray(table.ended, dtype=np.int64),
                "censored": np.asarray(table.censored, dtype=np.int64),
                "survival_rate": curve.survival,
                "rate_lower": curve.lower,
                "rate_upper": curve.upper,
            }
        )
        if part["duration"].iloc[0] > 0:
            start = part.iloc[[0]].assign(
                duration=0.0,
                ended=0,
                censored=0,
                survival_rate=1.0,
                rate_lower=1.0,
                rate_upper=1.0,
            )
            part = pd.concat([start, part], ignore_index=True)
        parts.append(part)
    if not parts:
        return pd.DataFrame(
            columns=[
                "segment",
                "duration",
                "at_risk",
                "ended",
                "censored",
                "survival_rate",
                "rate_lower",
                "rate_upper",
            ]
        )
    return pd.concat(parts, ignore_index=True)


def _summary(tables: dict[str, LifeTable], horizon: int, unit: str) -> pd.DataFrame:
    longest = [float(np.max(np.asarray(table.duration))) for table in tables.values()]
    # A segment of people seen on one day only would leave nothing to average over.
    reach = float(horizon) or min((days for days in longest if days > 0), default=0.0)
    rows = []
    for segment, table in tables.items():
        customers = int(np.asarray(table.at_risk)[0])
        ended = int(np.sum(np.asarray(table.ended)))
        lower, upper = wilson_interval([ended], [customers])
        median = median_survival(table)
        mean = restricted_mean(table, reach) if reach > 0 else _UNKNOWN
        rows.append(
            {
                "segment": segment,
                "customers": customers,
                "ended": ended,
                "ended_rate": ended / customers,
                "ended_lower": lower[0],
                "ended_upper": upper[0],
                "median": median.value,
                "median_lower": median.lower,
                "median_upper": median.upper,
                "restricted_mean": mean.value,
                "restricted_lower": mean.lower,
                "restricted_upper": mean.upper,
                "horizon": reach,
                "unit": unit,
            }
        )
    return pd.DataFrame(rows, columns=_SUMMARY)


_UNKNOWN = Estimate(np.nan, np.nan, np.nan)

_SUMMARY = [
    "segment",
    "customers",
    "ended",
    "ended_rate",
    "ended_lower",
    "ended_upper",
    "median",
    "median_lower",
    "median_upper",
    "restricted_mean",
    "restricted_lower",
    "restricted_upper",
    "horizon",
    "unit",
]


def _log_rank(tables: dict[str, LifeTable]) -> pd.DataFrame:
    groups = [table for segment, table in tables.items() if segment != TOTAL]
    columns = ["statistic", "degrees_of_freedom", "p_value"]
    if len(groups) < 2:
        return pd.DataFrame(columns=columns)
    return pd.DataFrame([log_rank(groups)], columns=columns)


def _sentence(spec: Survival, sign: str, lapse: int, summary: pd.DataFrame) -> str:
    rows = summary[summary["segment"] == TOTAL]
    paying = "paying " if sign == "subscription" else ""
    if rows.empty:
        return f"No {spec.unit}s in view have a {sign} to follow."
    row = rows.iloc[0]
    number, unit = int(row["customers"]), row["unit"]
    who = f"{number:,} {paying}{spec.unit}{'' if number == 1 else 's'}"
    left = f"{int(row['ended']):,} {'has' if row['ended'] == 1 else 'have'} left so far"
    if lapse:
        left += f", {_SILENCE[sign].format(lapse=asking.counted(lapse, 'day'))}"
    if not np.isnan(row["median"]):
        ends = [_reached(row[end]) for end in ("median_lower", "median_upper")]
        # A lower end that is not reached leaves no interval to speak of.
        interval = " to ".join(ends) if not np.isnan(row["median_lower"]) else ends[0]
        return (
            f"Half of the {who} are estimated to leave within {row['median']:,.0f}"
            f" {unit} (95% interval {interval}); {left}."
        )
    mean = ""
    if not np.isnan(row["restricted_mean"]):
        mean = (
            f" Over the first {row['horizon']:,.0f} {unit} they stay"
            f" {row['restricted_mean']:,.0f} {unit} on average."
        )
    return f"Of {who} {left}: too few to tell when half will have.{mean}"


def _reached(duration: float) -> str:
    return "not reached" if np.isnan(duration) else f"{duration:,.0f}"


_SILENCE = {
    "activity": "silent for more than {lapse}",
    "order": "without an order for more than {lapse}",
}


def _caveats(
    dataset: Dataset, sign: str, lapse: int, summary: pd.DataFrame
) -> list[Caveat]:
    caveats = [Caveat("sign_of_life", _MEANING[sign].format(lapse=lapse))]
    if lapse:
        days = asking.counted(lapse, "day")
        caveats.append(
            Caveat(
                "flat_end",
                f"Whoever was there in the last {days} of the data cannot be seen to"
                f" have left, so the curves are flat over their last {days}.",
            )
        )
    small = summary[summary["customers"] < dataset.min_n]
    if len(small):
        names = ", ".join(small["segment"].head(5))
        caveats.append(
            Caveat(
                "small_n",
                f"Fewer than {dataset.min_n} customers: {names}. Their curves are wide"
                " and jump.",
            )
        )
    return caveats


def _left_out(
    dataset: Dataset, found: Population, cancellation: Cancellation | None
) -> list[Caveat]:
    counted = asking.run(dataset, "unusable_tenures", found, {}, {}, cancellation)
    number = int(counted["customers"].iloc[0])
    if not number:
        return []
    units = "customer" if number == 1 else "customers"
    return [
        Caveat(
            "unusable_tenure",
            f"{number:,} {units} with a tenure below zero or without a limit left out.",
        )
    ]


_MEANING = {
    "subscription": "A life runs from the first paid day to the end of paid access;"
    " customers with a running subscription are counted as still here.",
    "tenure": "Tenure and departure are taken as the customer table gives them; it has"
    " no dates, so lives are counted in months of tenure.",
    "activity": "A life ends at the last active day of a customer who has been silent"
    " for more than {lapse} days.",
    "order": "A life ends at the last order of a customer who has not ordered for more"
    " than {lapse} days.",
}
