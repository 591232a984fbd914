"""Figures of tickets and comments worked out with an answer's own numbers."""

from __future__ import annotations

import pandas as pd

from holdfast.answer import Answer
from holdfast.measures import percent
from holdfast.periods import day_label, period_label
from holdfast.population import TOTAL
from holdfast.questions.ticket_days import outside
from holdfast.ui.words import counted


def support_example(answer: Answer, measures: tuple[str, ...]) -> str:
    """Work out a figure of the last complete period."""
    frame = answer.frame
    rows = frame[(frame["segment"] == TOTAL) & frame["is_complete"]]
    if rows.empty:
        return ""
    row = rows.iloc[-1]
    span, at = answer.spec.span, period_label(row["period"], answer.spec.span)
    at = f"In {'the week of ' if span == 'week' else ''}{at}"
    if span == "day":
        at = at.replace("In", "On", 1)
    opened, solved = int(row["opened"]), int(row["solved"])
    if "tickets_per_100" in measures:
        if pd.isna(row["tickets_per_100"]):
            return ""
        active = int(row["active"])
        return (
            f"{at} {opened:,} tickets were opened and {active:,} were active."
            f" {opened:,} / {active:,} × 100 = {row['tickets_per_100']:.1f}."
        )
    for name in ("response", "resolution"):
        if f"{name}_median" in measures:
            return _time(row, name, at)
    if "backlog" not in measures:
        return ""
    end = int(row["backlog"])
    before = end - opened + solved
    return (
        f"{at} there were {before:,} open tickets at first. {before:,} +"
        f" {opened:,} opened - {solved:,} solved = {end:,} open in the end."
    )


def growth_example(answer: Answer) -> str:
    """Work out how many times as many tickets the first theme has."""
    frame = answer.frame
    rows = frame[(frame["segment"] != TOTAL) & frame["growth_ratio"].notna()]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    now, before = int(row["tickets"]), int(row["before_tickets"])
    days, periods = counted(int(row["days"]), "day"), int(row["before_periods"])
    return (
        f"{row['segment']} has {now:,} tickets in {days}, and had {before:,} in the"
        f" {periods} {answer.spec.span}s before."
        f" Tickets a day now / a day then = {row['growth_ratio']:.1f}."
    )


def day_example(answer: Answer) -> str:
    """Work out the limits of the day that lies farthest outside, else of the last."""
    frame, spec = answer.frame, answer.spec
    rows = outside(frame, TOTAL)
    row = (frame[frame["segment"] == TOTAL] if rows.empty else rows).iloc[
        -1 if rows.empty else 0
    ]
    middle, spread = f"{row['mean']:.3f}", f"{row['sd']:.3f}"
    times = f"{spec.times:g}"
    below = "0, as fewer there cannot be"
    if row["lower"] > 0:
        below = f"{middle} - {times} × {spread} = {row['lower']:.2f}"
    outside_of = "outside" if row["is_outside"] else "inside"
    return (
        f"Usual are {middle} tickets a day, with a spread of {spread}. The limits are"
        f" {middle} + {times} × {spread} = {row['upper']:.2f} and {below}. On"
        f" {day_label(row['day'])} there were {int(row['tickets']):,}, {outside_of} of"
        " them."
    )


def before_churn_example(answer: Answer) -> str:
    """Work out the difference between those who left and those who stayed."""
    row = answer.frame.iloc[0]
    left, told = int(row["left_spells"]), int(row["left_with"])
    if not left or pd.isna(row["ticket_excess"]):
        return ""
    share, stayed = percent(row["left_rate"], 1), percent(row["stayed_rate"], 1)
    return (
        f"{told:,} of the {left:,} times that somebody left had a ticket in the"
        f" {counted(answer.spec.days, 'day')} before: {told:,} / {left:,} = {share}. Of"
        f" the {int(row['stayed_customers']):,} who stayed it was {stayed}, in the mean"
        f" of the same days. {share} - {stayed} = {100 * row['ticket_excess']:.1f}"
        " points."
    )


def risk_example(answer: Answer) -> str:
    """Work out the share of MRR behind the worst group, else behind the first."""
    rows = answer.frame[answer.frame["segment"] == TOTAL]
    rows = rows[rows["risk_share"].notna()]
    if rows.empty:
        return ""
    worst = rows[rows["score_group"] == "low"]
    row = (rows if worst.empty else worst).iloc[0]
    own, every = row["monthly"], row["of_monthly"]
    return (
        f"{row['group']}: {counted(int(row['units']), 'customer')} of"
        f" {int(row['of_units']):,}, {int(row['paying']):,} of them pay, {own:,.2f} a"
        f" month together. All pay {every:,.2f}. {own:,.2f} / {every:,.2f} ="
        f" {percent(row['risk_share'], 1)}."
    )


def theme_example(answer: Answer, measures: tuple[str, ...]) -> str:
    """Work out the share of the first term, or the growth of the surest one."""
    if "change" in measures:
        growth = answer.extras["growth"]
        if growth.empty:
            return ""
        row = growth.iloc[0]
        now, then = row["comment_share"], row["share_before"]
        return (
            f"“{row['term']}” is in {int(row['comments']):,} of the"
            f" {int(row['of_comments']):,} comments of the month and was in"
            f" {int(row['before']):,} of {int(row['of_before']):,} before:"
            f" {percent(now, 1)} - {percent(then, 1)} = {100 * (now - then):.1f}"
            " points."
        )
    rows = answer.frame[answer.frame["group"] == TOTAL]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    told, every = int(row["comments"]), int(row["of_comments"])
    return (
        f"“{row['term']}” is in {told:,} of {every:,} comments ({row['language']})."
        f" {told:,} / {every:,} = {percent(told / every, 1)}."
    )


def _time(row: pd.Series, name: str, at: str) -> str:
    median = row[f"{name}_median"]
    if pd.isna(median):
        return ""
    what = "answered" if name == "response" else "solved"
    n, ended = int(row[f"{name}_n"]), int(row[f"{name}_ended"])
    return (
        f"{at} {n:,} tickets were opened, {ended:,} of them are {what} by now."
        f" Half were within {median:.1f} hours; those that wait yet count as long"
        " as seen."
    )
