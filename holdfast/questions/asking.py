"""What every question needs: the observed time, relations, and the shown SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from holdfast.answer import Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.happenings import Clock, Cut, last_day, table_of
from holdfast.measures import percent
from holdfast.occurrence import Occurrence
from holdfast.periods import WEEK_SHIFTS, Interval, day_label, period_of
from holdfast.plan_traits import looking_back
from holdfast.population import Population, Relation
from holdfast.query import (
    Query,
    Value,
    load,
    parameters,
    sources,
    with_relations,
    with_values,
)
from holdfast.score_groups import looks_back

_LATE_DAYS = 14

GROUP_BEFORE = "group_before"
"""Code of the caveat that groups of scores are those of the last answer before."""


@dataclass(frozen=True)
class ObservedTime:
    """The data's own clock.

    Attributes:
        as_of: End (exclusive) of the last complete local day.
        seen_until: First local day without data; later data are not looked at.
        from_on: First local day with data.
        cut: The data that the question may see.
    """

    as_of: date
    seen_until: date
    from_on: date
    cut: Cut

    def describe(self) -> str:
        """Name it in words, as used inside a sentence."""
        last = self.seen_until - timedelta(days=1)
        return f"the observed time, {day_label(self.from_on)} to {day_label(last)}"


def counted(number: int, unit: str) -> str:
    """Write a number of customers, accounts or days."""
    return f"{number:,} {unit}{'' if number == 1 else 's'}"


def observed_time(
    dataset: Dataset, shown_by: Occurrence, as_of: date | None
) -> ObservedTime:
    """Find out until when an occurrence was observed.

    Args:
        dataset: What was observed.
        shown_by: What shows that a customer is there.
        as_of: An earlier end, or the end of the last day, as the user set it.

    Raises:
        SpecError: ``as_of`` lies outside of the data, or nothing was observed.
    """
    table = table_of(dataset, shown_by)
    everything = list(dataset.observed.values())
    seen = dataset.observed.get(table) or everything[0]
    from_on, until_on, complete = seen.from_on, seen.until_on, seen.as_of
    if table in ("subscriptions", "customers"):
        # A subscription's dates may lie ahead; behaviour tells how far was observed.
        until_on = last_day(dataset)
        complete = max(item.as_of for item in everything)
    if as_of is None:
        return ObservedTime(complete, until_on, from_on, Cut())
    if not from_on < as_of <= until_on:
        raise SpecError(
            "as_of_outside",
            f"The data run from {from_on} to {until_on - timedelta(days=1)}, so they"
            f" cannot be read as of {as_of}.",
            f"Choose a day from {from_on + timedelta(days=1)} to {until_on}.",
        )
    if as_of == until_on:
        return ObservedTime(as_of, until_on, from_on, Cut())
    return ObservedTime(as_of, as_of, from_on, Cut(as_of))


def observed_together(
    dataset: Dataset, shown_by: Sequence[Occurrence], as_of: date | None
) -> ObservedTime:
    """Find out until when all of several occurrences were observed.

    What ends before ``as_of`` is not refused: the question stops there, as it does
    without one.

    Args:
        dataset: What was observed.
        shown_by: What is looked at.
        as_of: An earlier end, or the end of the last day.

    Raises:
        SpecError: ``as_of`` lies outside of the data, or nothing was observed.
    """
    times = [observed_time(dataset, each, None) for each in shown_by]
    cut = Cut()
    if as_of is not None:
        last = max(time.seen_until for time in times)
        cut = Cut(as_of if as_of < last else None)
        times = [
            time
            if time.seen_until < as_of <= last
            else observed_time(dataset, each, as_of)
            for each, time in zip(shown_by, times, strict=True)
        ]
    return replace(
        min(times, key=lambda time: (time.as_of, time.seen_until)),
        from_on=max(time.from_on for time in times),
        cut=cut,
    )


def early_caveat(
    dataset: Dataset, time: ObservedTime, as_of: date | None
) -> list[Caveat]:
    """Say that some of what is looked at was not observed to the end."""
    end = max(seen.as_of for seen in dataset.observed.values())
    if as_of is not None:
        end = min(as_of, end)
    # Where times of day are known, the last day itself is not complete.
    if (end - time.as_of).days <= 1:
        return []
    last = day_label(time.as_of - timedelta(days=1))
    return [
        Caveat(
            "ends_early",
            f"Some of what is looked at was observed to {last} only, so later days are"
            " in no figure. Load a newer export of it to see them.",
        )
    ]


def clock_values(dataset: Dataset, interval: Interval) -> dict[str, Value]:
    """Return the parameters that turn period numbers into dates."""
    return {"calendar": interval, "week_shift": WEEK_SHIFTS[dataset.week_start]}


def period_at(dataset: Dataset, day: date, clock: Clock) -> int:
    """Return the number of the interval that a local day lies in."""
    return period_of(day, clock.interval, dataset.week_start)


def run(
    dataset: Dataset,
    query: str,
    members: Population,
    relations: Mapping[str, Relation],
    values: Mapping[str, Value],
    cancellation: Cancellation | None,
) -> pd.DataFrame:
    """Run a query over the population's and the question's relations."""
    available = {**members.relations, **relations}
    text, bound = _statement(load(query), available, values, is_shown=False)
    return dataset.frame(text, bound, cancellation)


def shown(
    query: str,
    members: Population,
    relations: Mapping[str, Relation],
    values: Mapping[str, Value],
) -> str:
    """Write what ``run`` runs, spelled out and with its values, ready to copy."""
    found = load(query)
    available = {**members.relations, **relations}
    text, bound = _statement(found, available, values, is_shown=True)
    return f"-- {found.purpose}\n-- Source: {found.source}\n{with_values(text, bound)};"


def small_caveat(frame: pd.DataFrame, min_n: int) -> list[Caveat]:
    """Warn where figures rest on few customers."""
    if not frame["is_small"].any():
        return []
    return [
        Caveat(
            "small_n",
            f"Figures of fewer than {min_n} customers are faded: their intervals are"
            " wide, and one person moves them much.",
        )
    ]


def account_caveat(members: Population) -> list[Caveat]:
    """Say who is left out where accounts are counted."""
    without = members.without_account
    if not without:
        return []
    who = "customer in view belongs" if without == 1 else "customers in view belong"
    left = "is" if without == 1 else "are"
    return [
        Caveat("no_account", f"{without:,} {who} to no account and {left} left out.")
    ]


def stranger_caveat(dataset: Dataset) -> list[Caveat]:
    """Warn where files seem to tell of different people: they count twice."""
    if not dataset.strangers:
        return []
    files = ", ".join(
        f"{name} ({people:,} people)" for name, people in dataset.strangers[:3]
    )
    more = len(dataset.strangers) - 3
    return [
        Caveat(
            "strangers",
            f"Hardly anybody of {files}{f' and {more} more files' if more > 0 else ''}"
            " is in another file, so the same people may be counted twice. The Data"
            " page shows who was not found; a file with pairs of ids joins them.",
        )
    ]


def looking_back_caveat(
    dataset: Dataset, filters: Filters, found: Sequence[Caveat]
) -> list[Caveat]:
    """Say that a group is that of the latest answer, or a plan the latest one.

    ``questions.ask`` adds it to every answer but those that take an earlier answer.

    Args:
        dataset: Whose customers.
        filters: Who is in view.
        found: What limits the answer else.
    """
    is_before = any(each.code == GROUP_BEFORE for each in found)
    used = replace(filters, breakdown=None) if is_before else filters
    surveys = looks_back(dataset, used.attributes)
    plans = looking_back(dataset, filters.attributes)
    caveats = []
    if plans:
        caveats.append(
            Caveat(
                "plan_looks_back",
                f"{' and '.join(plans)} is what each customer had last, at the end of"
                " what is seen: who moved to another plan counts in all figures under"
                " the later one, so a plan that many move to seems to keep them. The"
                " first plan does not look back.",
            )
        )
    if surveys:
        caveats.append(
            Caveat(
                "group_looks_back",
                f"{' and '.join(surveys)} groups are those of each customer's latest"
                " scored answer in the data. They look back: the answer may be later"
                " than what is counted here, and who left early had less time to"
                " answer. What follows an answer is on the page about promoters and"
                " detractors.",
            )
        )
    return caveats


def inferred_caveat(dataset: Dataset) -> list[Caveat]:
    """Say that subscriptions were not loaded but follow from something else.

    ``questions.ask`` adds it to every answer that reads subscriptions.
    """
    told = dataset.derivations.get("subscriptions")
    if told is None or not told.rows:
        return []
    if told.derived_from == "payments":
        said = (
            "Paid access is inferred from payments: each pays for its billing period,"
            " and who does not pay again within 14 days of its end left at its end."
            " Whoever is late now still counts as a customer."
        )
        seen = dataset.observed.get("payments")
        what = "Payments were"
    elif told.derived_from == "mrr_movements":
        said = (
            "Paid access is inferred from movements of MRR: what a customer pays is the"
            " running sum of what was gained and lost. Who is not new in the first"
            " movement is taken to have paid since the movements begin."
        )
        seen = dataset.observed.get("subscriptions")
        what = "Movements were"
    else:
        said = (
            "Paid access is inferred from a table of months: a month without MRR, or"
            " with less than nothing, was not paid, and who paid in the last month is"
            " taken to go on."
        )
        seen = dataset.observed.get("subscriptions")
        what = "Months were"
    if told.guessed_rows and told.derived_from == "payments":
        share = percent(told.guessed_rows / told.rows)
        said += (
            f" For how long a payment pays is known from payments of others only in"
            f" {share} of {told.rows:,} paid times."
        )
    end = max(each.as_of for each in dataset.observed.values())
    if seen is not None and (end - seen.as_of).days > _LATE_DAYS:
        last = day_label(seen.as_of - timedelta(days=1))
        said += f" {what} loaded to {last} only: nobody is seen leaving after that."
    return [Caveat("inferred_access", said)]


def hole_caveat(dataset: Dataset, time: ObservedTime) -> list[Caveat]:
    """Warn of days that have no activity at all and lie in the observed time."""
    holes = [
        (max(first, time.from_on), min(until, time.seen_until))
        for first, until in dataset.holes
        if first < time.seen_until and until > time.from_on
    ]
    if not holes:
        return []
    days = "; ".join(
        day_label(first)
        if first + timedelta(days=1) == until
        else f"{day_label(first)} to {day_label(until - timedelta(days=1))}"
        for first, until in holes[:3]
    )
    more = f" and {len(holes) - 3} more" if len(holes) > 3 else ""
    return [
        Caveat(
            "hole",
            f"Nothing at all was recorded on {days}{more}. Intervals around a hole"
            " may look emptier than they were.",
        )
    ]


def _statement(
    query: Query,
    available: Mapping[str, Relation],
    values: Mapping[str, Value],
    *,
    is_shown: bool,
) -> tuple[str, dict[str, Value]]:
    """Put the relations that are used in front, and bind what is used."""
    texts: dict[str, str] = {}
    bound = dict(values)

    def place(text: str) -> None:
        """Place what a statement reads, what that reads in front of it."""
        for name, relation in available.items():
            if name in texts or name not in sources(text):
                continue
            if relation.kept_as and not is_shown:
                relation = relation.kept_rows(name)
            place(relation.text)
            texts[name] = relation.text
            bound.update(relation.values)

    place(query.text)
    kept = {name for name in texts if available[name].kept_as}
    text = with_relations(texts, query.text, inlined=frozenset() if is_shown else kept)
    wanted = parameters(text)
    return text, {name: value for name, value in bound.items() if name in wanted}
