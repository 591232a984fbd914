"""Why customers leave, what each reason costs, and what was heard before."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.losses import (
    CANCELLED,
    FAILED,
    OTHER_REASONS,
    TICKET_DAYS,
    exit_relation,
)
from holdfast.measures import percent, percent_with_count
from holdfast.periods import day_label, first_day, period_label, period_of
from holdfast.population import TOTAL
from holdfast.query import Value
from holdfast.questions import asking, churn
from holdfast.questions.churn import Churn
from holdfast.questions.leaving import Leaving
from holdfast.questions.losing import (
    MOST_REASONS,
    Losing,
    Losses,
    find_losses,
    loss_caveats,
)
from holdfast.stats import net_promoter_score, wilson_interval

EVERY_REASON = "All reasons"
_MONTHS = 12


@dataclass(frozen=True)
class ExitReasons(Losing):
    """What is asked about reasons for leaving; only subscriptions carry them.

    The months are those of ``first`` and ``last``; the last twelve complete ones by
    default.
    """


@dataclass(frozen=True)
class _Months:
    """The months that are looked at, as numbers.

    Attributes:
        first: The first one.
        counted: The last one whose losses are counted.
        shown: The last one that is shown; one more where it still runs.
    """

    first: int
    counted: int
    shown: int


def answer(
    dataset: Dataset,
    spec: ExitReasons,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer why customers left.

    Returns:
        ``frame``: one row per segment and reason, with the share of all losses and its
        Wilson interval; see ``queries/answers/exit_reasons.sql``. ``extras``:
        ``totals`` with the same of all reasons together, ``kinds`` with failed
        payments and cancellations apart, ``trend`` with one row per segment, month
        and reason.
    """
    losses, months = _prepare(dataset, spec, filters, cancellation)
    found, relations = losses.found, losses.relations
    values: dict[str, Value] = {
        "has_segments": bool(found.segments),
        "min_n": dataset.min_n,
    }
    rows = asking.run(dataset, "exit_reasons", found, relations, values, cancellation)
    every = _with_rates(rows)
    frame = every[every["reason"].notna()].reset_index(drop=True)
    totals = every[every["reason"].isna()].assign(reason=EVERY_REASON)
    trend = asking.run(
        dataset,
        "exit_trend",
        found,
        relations,
        {
            "first_month": first_day(months.first, "month"),
            "last_month": first_day(months.shown, "month"),
            "as_of_on": losses.time.as_of,
            "has_segments": bool(found.segments),
        },
        cancellation,
    )
    trend["month"] = pd.to_datetime(trend["month"])
    return Answer(
        question="exit_reasons",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, months, frame, losses),
        sql=asking.shown("exit_reasons", found, relations, values),
        as_of=losses.time.as_of,
        n=losses.found.units,
        extras={
            "totals": totals.reset_index(drop=True),
            "kinds": _kinds(frame),
            "trend": trend,
        },
        caveats=(
            *_caveats(dataset, totals, trend, losses),
            *_beside_churn(dataset, spec, filters, months, cancellation),
            *loss_caveats(dataset, losses, cancellation),
        ),
    )


def members(
    dataset: Dataset,
    spec: ExitReasons,
    filters: Filters,
    reason: str | None = None,
    month: date | None = None,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List who left for a reason.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        reason: As in the frame; none for any.
        month: First day of a month of the trend; none for all that are counted.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per loss, as many as the figure says.
    """
    losses, _ = _prepare(dataset, spec, filters, cancellation)
    return asking.run(
        dataset,
        "exit_reasons_members",
        losses.found,
        losses.relations,
        {
            "of_reason": reason,
            "of_month": month,
            "of_segment": None if segment == TOTAL else segment,
        },
        cancellation,
    )


def comments(
    dataset: Dataset,
    spec: ExitReasons,
    filters: Filters,
    on_leaving: bool = True,
    reason: str | None = None,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List what those who left wrote, in their own words.

    Args:
        dataset: What is asked.
        spec: The spec of the answer.
        filters: Its filters.
        on_leaving: Written with the cancellation; else in a survey in the 30 days
            before.
        reason: As in the frame; none for any.
        segment: The segment.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per comment, the latest loss first; see
        ``queries/answers/exit_comments.sql``.
    """
    losses, _ = _prepare(dataset, spec, filters, cancellation)
    return asking.run(
        dataset,
        "exit_comments",
        losses.found,
        losses.relations,
        {
            "of_exit": on_leaving,
            "of_reason": reason,
            "of_segment": None if segment == TOTAL else segment,
        },
        cancellation,
    )


def _prepare(
    dataset: Dataset,
    spec: ExitReasons,
    filters: Filters,
    cancellation: Cancellation | None,
) -> tuple[Losses, _Months]:
    losses = find_losses(dataset, spec, filters, cancellation)
    months = _months(spec, losses.time)
    as_of = losses.time.as_of
    relation = exit_relation(
        first_day(months.first, "month"),
        min(first_day(months.counted + 1, "month"), as_of),
        min(first_day(months.shown + 1, "month"), as_of),
        MOST_REASONS,
    )
    losses.relations["exits"] = relation
    return losses, months


def _months(spec: ExitReasons, time: asking.ObservedTime) -> _Months:
    """Choose the months: up to the last complete one, and the one that still runs."""
    from_month = period_of(time.from_on, "month")
    running = period_of(time.as_of - timedelta(days=1), "month")
    complete = period_of(time.as_of, "month") - 1
    if spec.last is None:
        # Where no month is over yet, the running one is all there is.
        counted, shown = max(complete, from_month), running
    else:
        counted = shown = min(period_of(spec.last, "month"), running)
    first = counted - _MONTHS + 1
    if spec.first is not None:
        first = period_of(spec.first, "month")
    return _Months(max(first, from_month), counted, max(shown, counted))


def _with_rates(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the share of all losses, the NPS, and who opened tickets, with intervals."""
    lower, upper = wilson_interval(rows["lost"], rows["of_lost"])
    score = net_promoter_score(
        rows["promoters"], rows["detractors"], rows["nps_answers"]
    )
    ticket_lower, ticket_upper = wilson_interval(
        rows["with_ticket"], rows["ticket_lost"]
    )
    observed = rows["ticket_lost"].where(rows["ticket_lost"] > 0)
    return rows.assign(
        lost_share=rows["lost"] / rows["of_lost"],
        share_lower=lower,
        share_upper=upper,
        nps=score.score,
        nps_margin=score.margin,
        tickets_each=rows["tickets"] / observed,
        ticket_rate=rows["with_ticket"] / observed,
        ticket_lower=ticket_lower,
        ticket_upper=ticket_upper,
        back_since_rate=rows["back"] / rows["lost"],
    )


def _kinds(frame: pd.DataFrame) -> pd.DataFrame:
    """Add up failed payments, cancellations and the rest."""
    kinds = frame.groupby(["segment", "kind"], sort=False, as_index=False).agg(
        lost=("lost", "sum"),
        of_lost=("of_lost", "first"),
        monthly_lost=("monthly_lost", _sum_of_known),
        priced=("priced", "sum"),
        back=("back", "sum"),
    )
    lower, upper = wilson_interval(kinds["lost"], kinds["of_lost"])
    return kinds.assign(
        lost_share=kinds["lost"] / kinds["of_lost"],
        share_lower=lower,
        share_upper=upper,
    )


def _sum_of_known(values: pd.Series) -> float:
    return float(values.sum(min_count=1))


def _sentence(
    spec: ExitReasons, months: _Months, frame: pd.DataFrame, losses: Losses
) -> str:
    when = _span(months)
    rows = frame[frame["segment"] == TOTAL]
    if months.first > months.counted:
        return f"The months asked for lie outside of {losses.time.describe()}."
    if rows.empty:
        return f"No {spec.unit} in view left {when}."
    lost = int(rows["of_lost"].iloc[0])
    who = f"{asking.counted(lost, spec.unit)} left {when}"
    if losses.sign != "subscription":
        return f"{who}: they fell silent, and nothing says why."
    said = rows[(rows["kind"] == CANCELLED) & (rows["reason"] != OTHER_REASONS)]
    failed = int(rows.loc[rows["kind"] == FAILED, "lost"].sum())
    if said.empty and not failed:
        return f"{who}, and no reason is given for any of them."
    sentence = who
    if len(said):
        row = said.iloc[int(said["lost"].argmax())]
        share = percent_with_count(row["lost_share"], int(row["lost"]), lost)
        sentence += f"; the reason given most is {row['reason']}: {share}"
    if failed:
        were = "was" if failed == 1 else "were"
        sentence += (
            f". {failed:,} of them ({percent(failed / lost)}) {were} lost to a failed"
            " payment, which nobody chose"
        )
    return f"{sentence}."


def _span(months: _Months) -> str:
    first, last = (
        period_label(first_day(each, "month"), "month")
        for each in (months.first, months.counted)
    )
    return f"in {last}" if first == last else f"from {first} to {last}"


def _caveats(
    dataset: Dataset, totals: pd.DataFrame, trend: pd.DataFrame, losses: Losses
) -> list[Caveat]:
    caveats: list[Caveat] = []
    every = totals[totals["segment"] == TOTAL]
    if len(trend) and not trend["is_complete"].all():
        last = day_label(losses.time.as_of - timedelta(days=1))
        caveats.append(
            Caveat(
                "incomplete",
                f"Observed until {last}: the last month still runs. It is hollow in the"
                " trend, and in the table only where it was asked for.",
            )
        )
    if every.empty:
        return caveats
    row = every.iloc[0]
    lost = int(row["of_lost"])
    caveats.append(
        Caveat(
            "before_leaving",
            _heard(int(row["nps_answers"]), int(row["ticket_lost"]), lost),
        )
    )
    if row["is_small"]:
        caveats.append(
            Caveat(
                "small_n",
                f"Fewer than {dataset.min_n} losses in all: the shares are wide, and"
                " one person moves them much.",
            )
        )
    return caveats


def _beside_churn(
    dataset: Dataset,
    spec: ExitReasons,
    filters: Filters,
    months: _Months,
    cancellation: Cancellation | None,
) -> list[Caveat]:
    """Say which losses are in no month's churn rate, so that two pages agree."""
    if months.first > months.counted:
        return []
    given = {field.name: getattr(spec, field.name) for field in fields(Leaving)}
    asked = Churn(
        **given,
        first=first_day(months.first, "month"),
        last=first_day(months.counted, "month"),
    )
    everyone = replace(filters, breakdown=None)
    frame = churn.answer(dataset, asked, everyone, cancellation).frame
    lost, inside, back = (
        int(frame[name].sum()) for name in ("lost", "joined_and_left", "left_and_back")
    )
    if not inside and not back:
        return []
    return [
        Caveat(
            "beside_churn",
            f"The page on churn counts {lost:,} of them as lost: {inside:,} came and"
            f" left inside one month, and {back:,} times somebody was back before the"
            " month was over.",
        )
    ]


def _heard(answered: int, ticketed: int, lost: int) -> str:
    nps = (
        f"{answered:,} of the {lost:,} had answered an NPS survey before; the last"
        " answer counts, however long ago."
        if answered
        else "Nobody who left had answered an NPS survey before."
    )
    if not ticketed:
        return (
            f"{nps} Tickets of the {TICKET_DAYS} days before leaving are not known:"
            " load an export of tickets that covers them."
        )
    if ticketed < lost:
        return (
            f"{nps} Tickets are known of {ticketed:,} of them: the export of tickets"
            f" does not cover the {TICKET_DAYS} days before the others left."
        )
    return nps
