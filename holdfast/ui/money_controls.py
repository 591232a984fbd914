"""The controls and the tables of the page on money."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from holdfast.answer import Answer
from holdfast.currencies import chosen_currency
from holdfast.dataset import Dataset
from holdfast.filters import NONE
from holdfast.measures import MEASURES, percent, text
from holdfast.periods import SPANS, period_label
from holdfast.population import TOTAL
from holdfast.questions.amounts import money_text
from holdfast.questions.mrr import Mrr
from holdfast.questions.revenue_cohorts import RevenueCohorts
from holdfast.ui import blocks, fields
from holdfast.ui.filter_panel import day_input

_PAGE = "money"
# As long as fits into a third of a narrow page.
_SHORT = {
    "mrr_end": "MRR",
    "arr": "ARR",
    "arpa": "Each pays",
    "nrr": "Net retention",
    "grr": "Gross retention",
    "quick_ratio": "Quick ratio",
}


def money_controls(dataset: Dataset) -> Mrr:
    """Draw what can be asked about money and return it."""
    fields.seed(_PAGE, Mrr)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values: dict[str, Any] = {
            "interval": st.segmented_control(
                "Interval",
                list(SPANS),
                format_func=str.capitalize,
                key=f"{_PAGE}_interval",
                required=True,
            ),
            "currency": _currency(dataset),
        }
        with st.popover("More settings", icon=":material/tune:"):
            values["counts_reactivation"] = st.toggle(
                "Who came back is growth in the quick ratio",
                key=f"{_PAGE}_counts_reactivation",
            )
            values |= fields.unit(dataset, f"{_PAGE}_unit")
            values["first"] = day_input("Intervals from", f"{_PAGE}_first")
            values["last"] = day_input("Intervals up to", f"{_PAGE}_last")
            values["as_of"] = fields.as_of(f"{_PAGE}_as_of")
    return fields.kept(_PAGE, Mrr, values)


def cohorts_of(spec: Mrr) -> RevenueCohorts:
    """Ask about cohorts what the page asks about movements."""
    # A triangle of days has no more to say than one of weeks, and no room.
    interval = "week" if spec.interval == "day" else spec.interval
    return RevenueCohorts(
        interval=interval,
        currency=spec.currency,
        unit=spec.unit,
        first_cohort=spec.first,
        last_cohort=spec.last,
        as_of=spec.as_of,
    )


def currency_of(answer: Answer) -> str:
    """Return the currency of an answer's amounts; empty where the data name none."""
    return str(answer.extras["money"]["currency"].iloc[0])


def headline(answer: Answer) -> None:
    """Show the last complete interval's figures beside those of the one before."""
    frame = answer.frame
    rows = frame[(frame["segment"] == TOTAL) & frame["is_complete"]]
    if rows.empty:
        return
    row, currency = rows.iloc[-1], currency_of(answer)
    before = rows.iloc[-2] if len(rows) > 1 else None
    columns = st.columns(3)
    for column, key in zip(columns, ("mrr_end", "arr", "arpa"), strict=True):
        change = None
        if before is not None and not pd.isna(row[key] - before[key]):
            change = _short(row[key] - before[key])
        column.metric(
            f"{_SHORT[key]}{f', {currency}' if currency else ''}",
            "–" if pd.isna(row[key]) else _short(row[key]),
            None if change == "0" else change,
            border=True,
            help=MEASURES[key].label,
        )
    columns = st.columns(3)
    for column, key in zip(columns, ("nrr", "grr", "quick_ratio"), strict=True):
        column.metric(_SHORT[key], text(key, row[key]), border=True)
        if f"{key}_lower" in row and not pd.isna(row[f"{key}_lower"]):
            ends = (percent(row[f"{key}_{end}"], 1) for end in ("lower", "upper"))
            column.caption(" to ".join(ends))
    when = period_label(row["period"], answer.spec.interval)
    st.caption(
        f"At the end of {when}, the last complete {answer.spec.interval}; changes since"
        f" the {answer.spec.interval} before; 95% intervals below the rates."
    )


def period_choice(answer: Answer, segment: str) -> pd.Series | None:
    """Let the reader choose the interval of the waterfall; the last complete first."""
    frame = answer.frame
    rows = frame[frame["segment"] == segment].set_index("period", drop=False)
    if rows.empty:
        return None
    periods = list(rows.index[::-1])
    key = f"{_PAGE}_period"
    if st.session_state.get(key) not in periods:
        over = rows.index[rows["is_complete"]]
        st.session_state[key] = over[-1] if len(over) else periods[0]
    chosen = st.selectbox(
        "Start to end of",
        periods,
        format_func=lambda day: period_label(day, answer.spec.interval),
        key=key,
        width=200,
    )
    row: pd.Series = rows.loc[chosen]
    return row


def segment_table(answer: Answer, row: pd.Series | None) -> None:
    """Show what each segment pays, and its rates, in the interval of the waterfall."""
    frame = answer.frame
    if row is None or frame["segment"].nunique() < 2:
        return
    rows = frame[frame["period"] == row["period"]]
    when = period_label(row["period"], answer.spec.interval)
    table = pd.DataFrame(
        {
            "Segment": rows["segment"],
            "Customers": rows["paying_customers"],
            "A month": rows["mrr_end"].round(),
            "Net retention": rows["nrr"] * 100,
            "Gross retention": rows["grr"] * 100,
            "Customers lost": [
                f"{lost:,} of {start:,}"
                for lost, start in zip(
                    rows["churned_customers"], rows["customers_at_start"], strict=True
                )
            ],
            "Of a customer": rows["arpa"],
            "95% interval of net": _ranges(rows, "nrr"),
            "95% interval of gross": _ranges(rows, "grr"),
            "Quick ratio": rows["quick_ratio"],
        }
    )
    share = st.column_config.NumberColumn(format="%.1f%%")
    st.subheader("By segment", anchor=False)
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        key=f"{_PAGE}_segments",
        placeholder="–",
        alt=f"Monthly revenue and its rates by segment in {when}.",
        column_config={
            "Segment": blocks.NAMES,
            "Customers": st.column_config.NumberColumn(format="localized"),
            "A month": st.column_config.NumberColumn(format="localized"),
            "Of a customer": st.column_config.NumberColumn(format="%.2f"),
            "Net retention": share,
            "Gross retention": share,
            "Quick ratio": st.column_config.NumberColumn(format="%.1f"),
        },
    )
    st.caption(
        f"At the end of {when}; amounts in {currency_of(answer) or 'one currency'}."
        " No figure: nobody paid at the start, or nothing was lost. Where intervals"
        " overlap widely, the difference may be chance."
    )


def rate_choice() -> str:
    """Let the reader choose what the triangle shows."""
    return str(
        st.segmented_control(
            "Retained",
            ["revenue_rate", "payer_rate"],
            format_func={
                "revenue_rate": "Revenue",
                "payer_rate": "Customers",
            }.__getitem__,
            default="revenue_rate",
            key=f"{_PAGE}_rate",
            required=True,
        )
    )


def _currency(dataset: Dataset) -> str:
    """Draw the choice of the currency where there are several."""
    key = f"{_PAGE}_currency"
    known = fields.known_currencies(dataset, key)
    if len(known) < 2:
        return str(st.session_state.get(key) or "")
    usual = chosen_currency(dataset) or NONE
    chosen: str = st.selectbox(
        "Currency",
        ["", *known],
        format_func=lambda code: code or f"Usual ({usual})",
        key=key,
        width=170,
        help="Amounts of different currencies are never added. With a file of exchange"
        " rates the others are converted.",
    )
    return chosen


def _short(amount: float) -> str:
    """Write an amount so that it fits into a box; the sentence has it in full."""
    if abs(amount) >= 10_000_000:
        return f"{amount / 1e6:,.1f}M"
    return f"{amount / 1e3:,.0f}k" if abs(amount) >= 100_000 else money_text(amount, "")


def _ranges(rows: pd.DataFrame, key: str) -> list[str]:
    return [
        "" if pd.isna(low) else f"{percent(low, 1)} to {percent(high, 1)}"
        for low, high in zip(rows[f"{key}_lower"], rows[f"{key}_upper"], strict=True)
    ]
