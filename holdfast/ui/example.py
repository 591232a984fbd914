"""A figure worked out with an answer's own numbers, to be checked by hand."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from holdfast.answer import Answer
from holdfast.charts.labels import interval_label
from holdfast.durations import spoken
from holdfast.measures import MEASURES, formatted, percent
from holdfast.periods import day_label, period_label
from holdfast.population import TOTAL
from holdfast.questions.retention import HEADLINES
from holdfast.ui.loss_example import (
    after_score_example,
    reason_example,
    return_example,
)
from holdfast.ui.score_example import score_example
from holdfast.ui.voice_example import (
    before_churn_example,
    day_example,
    growth_example,
    risk_example,
    support_example,
    theme_example,
)


def worked_example(answer: Answer, measures: tuple[str, ...]) -> str:
    """Work one figure of an answer out in a few sentences.

    Args:
        answer: Whose figure.
        measures: Keys of the measures that are shown; the example is one of them.

    Returns:
        The sentences; empty where the answer has no such figure.
    """
    examples: dict[str, Callable[[], str]] = {
        "retention": lambda: _retention(answer),
        "survival": lambda: _survival(answer),
        "lifecycle": lambda: _rates(answer) if "crr" in measures else _parts(answer),
        "cadence": lambda: _cadence(answer),
        "first_success": lambda: _first_success(answer, measures),
        "stages": lambda: _stages(answer, measures),
        "funnel": lambda: _funnel(answer),
        "funnel_trend": lambda: _funnel_trend(answer),
        "conversion_time": lambda: _conversion_time(answer),
        "churn": lambda: _churn(answer),
        "churn_by_tenure": lambda: _hazard(answer),
        "exit_reasons": lambda: reason_example(answer),
        "win_back": lambda: return_example(answer, measures),
        "score_behaviour": lambda: after_score_example(answer, measures),
        "mrr": lambda: _mrr(answer, measures),
        "scores": lambda: score_example(answer, measures),
        "revenue_cohorts": lambda: _revenue_cohorts(answer),
        "support": lambda: support_example(answer, measures),
        "ticket_growth": lambda: growth_example(answer),
        "themes": lambda: theme_example(answer, measures),
        "ticket_days": lambda: day_example(answer),
        "tickets_before_churn": lambda: before_churn_example(answer),
        "mrr_at_risk": lambda: risk_example(answer),
    }
    work_out = examples.get(answer.question)
    return "" if work_out is None or answer.frame.empty else work_out()


def when(day: pd.Timestamp, interval: str) -> str:
    """Say in which interval something was, such as 'in Mar 2026' or 'on 3 Mar 2026'."""
    if interval == "week":
        return f"in the week of {day_label(day)}"
    return f"{'on' if interval == 'day' else 'in'} {period_label(day, interval)}"


def _retention(answer: Answer) -> str:
    spec, frame = answer.spec, answer.frame
    pooled = frame[(frame["scope"] == "pooled") & (frame["segment"] == TOTAL)]
    if pooled.empty:
        return ""
    reached = pooled[pooled["interval"] <= HEADLINES[spec.interval][1]]
    row = reached.iloc[-1] if len(reached) else pooled.iloc[0]
    first, last = int(row["interval"]), row["last_interval"]
    name = interval_label(
        spec.interval, first, first if pd.isna(last) else int(last), spec.mode
    ).lower()
    customers, retained = int(row["customers"]), int(row["retained_customers"])
    until = f"{spec.interval} {first if pd.isna(last) else int(last)}"
    once = ", counted once for each cohort" if spec.entry == "recurring" else ""
    return (
        f"{customers:,} {_units(answer)}{once} started early enough for {until} to be"
        f" over. {retained:,} of them came back in {name}."
        f" {_division(retained, customers)}."
    )


def _survival(answer: Answer) -> str:
    frame = answer.frame[answer.frame["segment"] == TOTAL].reset_index(drop=True)
    left = frame[frame["ended"] > 0]
    if left.empty:
        return ""
    unit = str(answer.extras["summary"]["unit"].iloc[0])[:-1]
    first = left.iloc[0]
    at_risk, ended = int(first["at_risk"]), int(first["ended"])
    stays = 1 - ended / at_risk
    text = (
        f"{at_risk:,} {_units(answer)} were observed for {_count(first, unit)} or"
        f" longer; {ended:,} of them left then, so 1 − {ended:,} / {at_risk:,} ="
        f" {percent(stays, 1)} stayed on."
    )
    if len(left) < 2:
        return text
    second = left.iloc[1]
    then = 1 - int(second["ended"]) / int(second["at_risk"])
    return (
        f"{text} At {_count(second, unit)}, {int(second['ended']):,} of the"
        f" {int(second['at_risk']):,} still there and observed left:"
        f" {percent(stays, 1)} × {percent(then, 1)} ="
        f" {percent(second['survival_rate'], 1)}. The curve goes on like this."
    )


def _parts(answer: Answer) -> str:
    row = _last_complete(answer)
    if row is None:
        return ""
    new, returning = int(row["new"]), int(row["returning"])
    resurrected, active = int(row["resurrected"]), int(row["active"])
    text = (
        f"{active:,} {_units(answer)} were active"
        f" {when(row['period'], answer.spec.interval)}: {new:,} for the first time,"
        f" {returning:,} also the {answer.spec.interval} before, {resurrected:,} after"
        f" a pause; {new:,} + {returning:,} + {resurrected:,} = {active:,}."
    )
    start = int(row["customers_at_start"])
    if start:
        dormant = int(row["dormant"])
        text += (
            f" Of the {start:,} active the {answer.spec.interval} before, {dormant:,}"
            f" were not: {start:,} − {returning:,} = {dormant:,} dormant."
        )
        if dormant:
            text += (
                f" Pulse: ({new:,} + {resurrected:,}) / {dormant:,} ="
                f" {formatted(row['pulse'], ',.2f')}."
            )
    return text


def _rates(answer: Answer) -> str:
    row = _last_complete(answer)
    if row is None or not row["customers_at_start"]:
        return ""
    start, returning = int(row["customers_at_start"]), int(row["returning"])
    resurrected, interval = int(row["resurrected"]), answer.spec.interval
    kept = f"({returning:,} + {resurrected:,}) / {start:,}"
    return (
        f"{start:,} {_units(answer)} were active the {interval} before;"
        f" {returning:,} of them also {when(row['period'], interval)}. Strict rate:"
        f" {_division(returning, start)}. {resurrected:,} came back after a pause."
        f" Customer retention rate: {kept} ="
        f" {percent((returning + resurrected) / start)}."
    )


def _churn(answer: Answer) -> str:
    row = _last_complete(answer)
    if row is None or pd.isna(row["churn_rate"]):
        return ""
    start, end = int(row["customers_at_start"]), int(row["customers_at_end"])
    joined, back, lost = (int(row[name]) for name in ("joined", "came_back", "lost"))
    at = when(row["period"], answer.spec.span)
    return (
        f"{start:,} {_units(answer)} were there at the start {at}; {lost:,} of them"
        f" were gone at its end. {_division(lost, start)}. {joined:,} joined and"
        f" {back:,} came back: {start:,} + {joined:,} + {back:,} − {lost:,} = {end:,}."
    )


def _hazard(answer: Answer) -> str:
    total = answer.frame[answer.frame["segment"] == TOTAL]
    row = total.iloc[0]
    at_risk, lost = int(row["at_risk"]), int(row["lost"])
    return (
        f"{at_risk:,} {_units(answer)} were observed for the whole of month 1, or left"
        f" in it; {lost:,} of them left. {_division(lost, at_risk)}."
    )


def _cadence(answer: Answer) -> str:
    everyone = int(answer.frame["customers"].sum())
    row = answer.frame.nlargest(1, "customers").iloc[0]
    days, customers = int(row["gap_days"]), int(row["customers"])
    return (
        f"{everyone:,} {_units(answer)} were active on two days or more. For"
        f" {customers:,} of them, the middle one of their gaps between active days is"
        f" {days:,} {'day' if days == 1 else 'days'}. {_division(customers, everyone)}."
    )


def _first_success(answer: Answer, measures: tuple[str, ...]) -> str:
    if "difference" in measures:
        return _deadline(answer)
    if "within_days" in measures:
        cells = answer.extras["cohorts"]
        rows = cells[(cells["segment"] == TOTAL) & (cells["scope"] == "pooled")]
        if rows.empty:
            return ""
        row = rows.iloc[min(1, len(rows) - 1)]
        customers, reached = int(row["customers"]), int(row["reached"])
        return (
            f"{customers:,} {_units(answer)} started in {int(row['cohorts']):,} cohorts"
            f" that were observed for {_day_count(row['within_days'])} after their"
            f" last start. {reached:,} of them reached it within these days."
            f" {_division(reached, customers)}."
        )
    frame = answer.frame[answer.frame["segment"] == TOTAL].reset_index(drop=True)
    now = frame["reached"].diff().fillna(frame["reached"]).astype("int64")
    if not now.any():
        return ""
    place = int(now.to_numpy().nonzero()[0][0])
    row, at_risk = frame.iloc[place], int(frame["at_risk"].iloc[place])
    waiting = 1 - now.iloc[place] / at_risk
    return (
        f"{at_risk:,} {_units(answer)} were observed for {_day_count(row['day'])} or"
        f" longer and had not reached it before; {now.iloc[place]:,} of them did then."
        f" {_division(int(now.iloc[place]), at_risk)}, and"
        f" {percent(waiting, 1)} were still to do so; the next day's share is taken of"
        " them, and so on."
    )


def _stages(answer: Answer, measures: tuple[str, ...]) -> str:
    now = answer.extras["now"]
    rows = now[now["segment"] == TOTAL]
    months = answer.frame[answer.frame["segment"] == TOTAL]
    if "came" in measures and months["at_start"].notna().any():
        last = months[months["ends_on"] == months["ends_on"].max()]
        row = last.nlargest(1, "came").iloc[0]
        start, new, came, went = (
            int(row[name]) for name in ("at_start", "new", "came", "went")
        )
        return (
            f"{row['stage']} {when(row['ends_on'], 'month')}: {start:,} were in it at"
            f" the start, {new:,} started and were in it at the end, {came:,} came from"
            f" another stage and {went:,} went to one: {start:,} + {new:,} + {came:,} −"
            f" {went:,} = {int(row['customers']):,}."
        )
    row, total = rows.iloc[0], int(rows["customers"].sum())
    if not total:
        return ""
    return (
        f"{total:,} {_units(answer)} had started; for {int(row['customers']):,} of them"
        f" {row['stage']} is the last stage whose conditions hold."
        f" {_division(int(row['customers']), total)}."
    )


def _deadline(answer: Answer) -> str:
    deadlines = answer.extras["deadlines"]
    rows = deadlines[(deadlines["segment"] == TOTAL) & (deadlines["made"] > 0)]
    rows = rows[rows["missed"] > 0]
    if rows.empty:
        return ""
    best = rows[rows["is_best"]]
    row = best.iloc[0] if len(best) else rows.iloc[0]
    made, missed = int(row["made"]), int(row["missed"])
    kept = (int(row["made_retained"]), int(row["missed_retained"]))
    measured = f"{answer.spec.interval} {answer.spec.measured_at}"
    return (
        f"{measured.capitalize()} is over for {made + missed:,} {_units(answer)}."
        f" {made:,} of them reached it within {_day_count(row['within_days'])}, and"
        f" of these {kept[0]:,} stayed: {_division(kept[0], made)}. Of the other"
        f" {missed:,}, {kept[1]:,} stayed: {_division(kept[1], missed)}. The difference"
        f" is {row['difference'] * 100:.1f} points."
    )


def _funnel(answer: Answer) -> str:
    rows = answer.frame[answer.frame["segment"] == TOTAL]
    entered = int(rows["entered_customers"].max())
    if not entered or len(rows) < 2:
        return ""
    first, row = rows.iloc[0], rows.iloc[-1]
    customers, before = int(row["customers"]), int(row["previous_customers"])
    text = (
        f"{entered:,} {_counted(answer)} did {first['label']}, and what became of it is"
        f" known. {customers:,} of them got to {row['label']}."
        f" {_division(customers, entered)}."
    )
    if len(rows) > 2 and before:
        text += (
            f" {before:,} had got to the step before, {rows.iloc[-2]['label']}:"
            f" {_division(customers, before)}."
        )
    waiting = int(rows["open_customers"].sum())
    if waiting and answer.spec.judged != "all":
        text += f" {waiting:,} still have time and are in none of these numbers."
    return text


def _funnel_trend(answer: Answer) -> str:
    row = _last_complete(answer)
    if row is None or not row["entered_customers"]:
        return ""
    entered, customers = int(row["entered_customers"]), int(row["customers"])
    return (
        f"{entered:,} {_counted(answer)} entered"
        f" {when(row['period'], answer.spec.interval)}, and the time of all of them is"
        f" over. {customers:,} went all the way. {_division(customers, entered)}."
    )


def _conversion_time(answer: Answer) -> str:
    rows = answer.frame[answer.frame["segment"] == TOTAL]
    rows = rows[rows["share"] > 0]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    at_risk = int(row["at_risk"])
    there = round(row["share"] * at_risk)
    return (
        f"{at_risk:,} {_counted(answer)} were observed for {spoken(row['duration'])} or"
        f" longer after they entered; {there:,} of them got there then."
        f" {_division(there, at_risk)}. Of the others the next share is taken when"
        " somebody else gets there, and so on."
    )


def _mrr(answer: Answer, measures: tuple[str, ...]) -> str:
    """Work out the end of the last complete interval, or one of its rates."""
    frame = answer.frame
    over = frame[(frame["segment"] == TOTAL) & frame["is_complete"]]
    if over.empty:
        return ""
    row = over.iloc[-1]
    start, end, more, less, churn = (
        f"{row[f'mrr_{part}']:,.2f}"
        for part in ("start", "end", "expansion", "contraction", "churn")
    )
    new, back = f"{row['mrr_new']:,.2f}", f"{row['mrr_reactivation']:,.2f}"
    shown = period_label(row["period"], answer.spec.interval)
    figure = next((key for key in measures if key in _MRR_RATES), "")
    if not figure:
        return (
            f"{shown}: {start} + {new} new + {back} came back + {more} expansion −"
            f" {less} contraction − {churn} churn = {end}."
        )
    if pd.isna(row[figure]):
        return ""
    grown = f"{new} + {more}"
    if answer.spec.counts_reactivation:
        grown += f" + {back}"
    sums = {
        "nrr": f"({start} + {more} − {less} − {churn}) / {start}",
        "gross_churn": f"({less} + {churn}) / {start}",
        "quick_ratio": f"({grown}) / ({less} + {churn})",
        "arpa": f"{end} / {int(row['paying_customers']):,}",
    }
    written = formatted(row[figure], MEASURES[figure].format)
    return f"{MEASURES[figure].label}, {shown}: {sums[figure]} = {written}."


_MRR_RATES = ("nrr", "gross_churn", "quick_ratio", "arpa")


def _revenue_cohorts(answer: Answer) -> str:
    """Work out the pooled revenue of the first interval after the start."""
    frame = answer.frame
    pooled = frame[
        (frame["scope"] == "pooled")
        & (frame["segment"] == TOTAL)
        & (frame["interval"] == 1)
    ]
    if pooled.empty:
        return ""
    row = pooled.iloc[0]
    span = answer.spec.interval
    return (
        f"The {int(row['cohorts'])} cohorts whose {span} 1 is over paid"
        f" {row['mrr_first']:,.2f} a month at first and {row['mrr_now']:,.2f} in {span}"
        f" 1: {row['mrr_now']:,.2f} / {row['mrr_first']:,.2f} ="
        f" {percent(row['revenue_rate'], 1)}."
    )


def _counted(answer: Answer) -> str:
    spec = answer.spec
    return f"{spec.holding} values" if spec.counts_values else _units(answer)


def _day_count(days: float) -> str:
    return f"{int(days):,} {'day' if days == 1 else 'days'}"


def _last_complete(answer: Answer) -> pd.Series | None:
    frame = answer.frame
    rows = frame[(frame["segment"] == TOTAL) & frame["is_complete"]]
    return rows.iloc[-1] if len(rows) else None


def _units(answer: Answer) -> str:
    return "accounts" if answer.spec.unit == "account" else "customers"


def _count(row: pd.Series, unit: str) -> str:
    number = int(row["duration"])
    return f"{number:,} {unit if number == 1 else f'{unit}s'}"


def _division(part: int, whole: int) -> str:
    return f"{part:,} / {whole:,} = {percent(part / whole)}"
