"""Blocks of the pages on what customers are worth, and on what if."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from holdfast.answer import Answer
from holdfast.charts import value as charts
from holdfast.charts import what_if as what_if_charts
from holdfast.dataset import Dataset
from holdfast.errors import HoldfastError
from holdfast.measures import money_text, percent, percent_range, percent_with_count
from holdfast.periods import day_label
from holdfast.population import TOTAL
from holdfast.questions import asking
from holdfast.questions.value_words import WAYS
from holdfast.ui import aside, blocks, value_lists
from holdfast.ui.words import counted, plain

_NEVER_STOPS = " Until then nobody was seen to stop buying."


def currency_of(answer: Answer) -> str:
    """Return the currency that an answer's money is in."""
    return str(answer.frame["currency"].iloc[0]) if len(answer.frame) else ""


def three_ways(answer: Answer) -> None:
    """Show a customer's worth by each way, with its interval and what it assumes."""
    currency, frame = currency_of(answer), answer.frame
    refused = answer.extras["refusals"].set_index("way")["sentence"]
    said = answer.extras["assumptions"]
    for column, (way, name) in zip(st.columns(3), WAYS.items(), strict=True):
        with column:
            rows = frame[(frame["way"] == way) & (frame["segment"] == TOTAL)]
            known = len(rows) and pd.notna(rows["value"].iloc[0])
            # What does not fit into a third of a narrow page is cut.
            value = rows["value"].iloc[0] if known else None
            if value is not None and value >= 100:
                value = round(value)
            label = f"{name}, {currency}" if currency else name
            st.metric(plain(label), money_text(value, ""), border=True)
            if known:
                st.caption(_told(rows.iloc[0], currency))
            else:
                st.caption(plain(refused.get(way, "It cannot be told here.")))
            with st.expander("What it assumes"):
                for text in said.loc[said["way"].isin(["all", way]), "assumption"]:
                    st.markdown(f"- {plain(text)}")


def what_limits(answer: Answer) -> None:
    """Show what limits the figures; a way without one says why in its own place."""
    refused = {f"no_{way}" for way in WAYS}
    kept = tuple(each for each in answer.caveats if each.code not in refused)
    blocks.caveats(replace(answer, caveats=kept))


def worth_table(answer: Answer) -> None:
    """Show a customer's worth by segment and way, where there are segments."""
    frame, currency = answer.frame, currency_of(answer)
    if frame["segment"].nunique() < 2:
        return
    table = pd.DataFrame({"Segment": frame["segment"].unique()}).set_index("Segment")
    for way, name in WAYS.items():
        rows = frame[frame["way"] == way].set_index("segment")
        if rows.empty:
            continue
        table[name] = [
            "–" if each is None else each
            for each in map(
                {key: _amount(row, currency) for key, row in rows.iterrows()}.get,
                table.index,
            )
        ]
    st.subheader("By segment", anchor=False)
    st.dataframe(
        table.reset_index(),
        hide_index=True,
        height="content",
        key="value_segments",
        alt="Worth of a customer by segment and way, with 95% intervals.",
    )


def early(dataset: Dataset, answer: Answer) -> None:
    """Show what customers brought in their first days."""
    if len(answer.extras.get("pooled", ())) == 0:
        return
    point = blocks.chart(
        "Value so far",
        charts.early_value_lines(answer.extras["pooled"], currency_of(answer)),
        answer,
        key="value_early",
        caption="Revenue of the first days by the customers who started, of months of"
        " which these days are over for everybody. Click a point to see who they are.",
        measures=("early_value", "lifetime_value"),
        select="point",
        table=answer.extras["cohorts"],
    )
    value_lists.started(dataset, answer, point)


def predicted(dataset: Dataset, answer: Answer) -> None:
    """Show predicted against actual purchases, and what is expected of whom."""
    if "predictions" not in answer.extras:
        return
    refused = answer.extras.get("holdout_refused")
    if refused is not None:
        st.subheader("Predicted and actual", anchor=False)
        st.info(
            f"The model cannot be tested here: {plain(refused['sentence'].iloc[0])}",
            icon=":material/info:",
        )
    else:
        test = answer.extras["holdout"]
        since = day_label(test["tested_from"].iloc[0])
        whole = test[test["frequency"] < 0].iloc[0]
        point = blocks.chart(
            "Predicted and actual",
            charts.holdout_points(test),
            answer,
            key="value_holdout",
            caption=f"Fitted to what was bought before {since}, then told against what"
            f" was bought from then on: {whole['predicted_purchases']:,.0f} purchases"
            f" predicted, {int(whole['actual_purchases']):,} made by"
            f" {int(whole['customers']):,} customers."
            + (_NEVER_STOPS if test["never_stops"][0] else "")
            + " Click a point to see who they are.",
            measures=("expected_purchases", "chance_alive"),
            select="point",
            table=test,
        )
        value_lists.held_out(dataset, answer, point)
    _expected(dataset, answer)


def _expected(dataset: Dataset, answer: Answer) -> None:
    rows, currency = answer.extras["predictions"], currency_of(answer)
    with st.expander(
        "Who is expected to buy?", key="value_expected", on_change="rerun"
    ) as opened:
        if not opened.open:
            return
        names = dict(zip(rows["frequency"], rows["purchases"], strict=True))
        number = st.selectbox(
            "Purchases after the first",
            list(names),
            format_func=names.__getitem__,
            key="value_group",
            width=220,
        )
        row = rows[rows["frequency"] == number].iloc[0]
        st.caption(
            f"On average {row['expected_purchases']:,.2f} purchases to come, worth"
            f" {plain(money_text(row['lifetime_value'], currency))}; chance still to"
            f" buy {percent(row['chance_alive'])}."
        )
        value_lists.expected(dataset, answer, number)


def orders(dataset: Dataset, asked: Answer | HoldfastError) -> None:
    """Show orders by interval, repeat rates and the time between purchases."""
    if not aside.is_answered(asked):
        return
    summary = asked.extras["summary"]
    rows = summary[summary["segment"] == TOTAL]
    if rows.empty:
        return
    st.subheader("Orders", anchor=False)
    st.caption(plain(asked.sentence))
    _repeats(rows.iloc[0], asked.spec.within_days)
    bar = blocks.chart(
        "Revenue",
        charts.revenue_bars(asked.frame, asked.spec.interval, currency_of(asked)),
        asked,
        key="value_revenue",
        caption="What orders brought, less returns and refunds. Click a bar to see who"
        " ordered.",
        measures=("revenue_amount", "orders", "order_value", "order_frequency"),
        select="bar",
    )
    value_lists.ordered(dataset, asked, bar)
    gaps = asked.extras["gaps"]
    if TOTAL in set(gaps["segment"]):
        gap = blocks.chart(
            "Time between purchases",
            charts.gap_bars(gaps),
            asked,
            key="value_gaps",
            caption="Days from a purchase to the next one of the same customer. Who has"
            " not bought again is in none of it. Click a bar to see who bought again.",
            measures=(),
            select="bar",
            table=gaps,
        )
        value_lists.bought_again(dataset, asked, gap)


def _repeats(row: pd.Series, within: int) -> None:
    columns = st.columns(3)
    number = int(row["customers"])
    columns[0].metric("Repeat rate", percent(row["repeat_rate"]), border=True)
    columns[0].caption(
        percent_with_count(row["repeat_rate"], int(row["repeat_customers"]), number)
        + f"; {percent_range(row['repeat_lower'], row['repeat_upper'])}"
    )
    matured = int(row["matured_customers"])
    columns[1].metric(f"Again in {within} days", percent(row["soon_rate"]), border=True)
    columns[1].caption(
        percent_with_count(row["soon_rate"], int(row["soon_customers"]), matured)
        + f"; {percent_range(row['soon_lower'], row['soon_upper'])}"
        if matured
        else "Nobody ordered so long ago."
    )
    days = "–" if pd.isna(row["gap_median"]) else f"{row['gap_median']:,.0f}"
    columns[2].metric("Days between", days, border=True)
    if pd.notna(row["gap_median"]):
        columns[2].caption(
            f"Median; the middle half lies between {row['gap_p25']:,.0f} and"
            f" {row['gap_p75']:,.0f} days."
        )


def steps(answer: Answer) -> None:
    """Show the arithmetic of the first year, line by line."""
    rows = answer.extras["steps"]
    table = pd.DataFrame({"Step": rows["step"], "As it is": _steps(rows, "baseline")})
    if _is_changed(answer):
        table = table.assign(
            **{
                "With the change": _steps(rows, "changed"),
                "Difference": _steps(rows, "difference"),
                "In percent": [
                    "–" if pd.isna(share) else f"{share:+.1%}"
                    for share in rows["difference_share"]
                ],
            }
        )
    st.subheader("The first year, step by step", anchor=False)
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        key="what_if_steps",
        alt="The arithmetic of the first year, as it is and with the change.",
    )


def levers(answer: Answer) -> None:
    """Show what five percent of each lever alone would bring."""
    rows, currency = answer.extras["levers"], currency_of(answer)
    st.subheader("Five percent of each alone", anchor=False)
    for column, (_, row) in zip(st.columns(3), rows.iterrows(), strict=True):
        share, money = row["difference_share"], money_text(row["difference"], currency)
        # An amount may be too long for a box beside two others; a share never is.
        is_known = pd.notna(share)
        column.metric(
            f"+5% {row['lever']}",
            f"{share:+.1%}" if is_known else plain(money),
            border=True,
        )
        column.caption(
            f"{plain(money)} of profit over"
            f" {asking.counted(answer.spec.months, 'month')}: from"
            f" {plain(money_text(row['baseline_profit'], currency))} to"
            f" {plain(money_text(row['changed_profit'], currency))}."
        )


def difference(answer: Answer) -> None:
    """Show what the change brings in all up to each month, where there is one."""
    if _is_changed(answer):
        blocks.chart(
            "What the change brings",
            what_if_charts.difference_bars(answer.frame, currency_of(answer)),
            answer,
            key="what_if_difference",
            caption="Profit with the change less profit as it is, added up from the"
            " first month on.",
            measures=(),
        )


def assumed(answer: Answer) -> None:
    """List what the arithmetic assumes."""
    st.subheader("What is assumed", anchor=False)
    for text in answer.extras["assumptions"]["assumption"]:
        st.markdown(f"- {plain(text)}")


def _told(row: pd.Series, currency: str) -> str:
    customers = counted(int(row["customers"]), "customer")
    text = f"95% interval {_range(row, currency)}, {customers}."
    if row["way"] == "first_days":
        text = f"In the first {int(row['days'])} days. {text}"
    elif row["way"] == "lives":
        text = f"In {row['periods']:,.0f} months, as far as observed. {text}"
    else:
        text = f"In the next {row['periods']:,.0f} months. {text}"
    if pd.notna(row["extended"]) and row["extended"] > row["value"] * 1.001:
        more = money_text(row["extended"], currency)
        text += f" If it goes on like this, {more} up to the horizon."
    return plain(text)


def _range(row: pd.Series, currency: str) -> str:
    if pd.isna(row["value_lower"]):
        return "not known"
    return (
        f"{money_text(row['value_lower'], '')} to"
        f" {money_text(row['value_upper'], currency)}"
    )


def _amount(row: pd.Series, currency: str) -> str:
    if pd.isna(row["value"]):
        return "–"
    return (
        f"{money_text(row['value'], currency)} ({_range(row, '')},"
        f" {int(row['customers']):,} customers)"
    )


def _is_changed(answer: Answer) -> bool:
    spec = answer.spec
    return bool(spec.retention or spec.price or spec.acquisition)


def _steps(rows: pd.DataFrame, column: str) -> list[str]:
    """Write the lines of the arithmetic, people in tenths at most."""
    return [
        percent(value)
        if step == "Times the margin"
        else f"{value:,.1f}".removesuffix(".0")
        if step in ("Join a month", "Leave in the first month", "Customers now")
        else money_text(round(value, 2), "")
        for step, value in zip(rows["step"], rows[column], strict=True)
    ]
