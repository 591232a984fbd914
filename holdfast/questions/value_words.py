"""What the three ways to tell a customer's worth assume, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from holdfast.answer import Caveat
from holdfast.dataset import Dataset
from holdfast.earnings import MONTH_DAYS, Source
from holdfast.measures import money_text
from holdfast.population import TOTAL
from holdfast.questions import asking

if TYPE_CHECKING:
    from holdfast.questions.lifetime_value import LifetimeValue

WAYS = {
    "first_days": "First days",
    "lives": "Time with us",
    "purchases": "Still to come",
}
"""Names of the three ways."""

NO_COHORT = (
    "No month of starts is old enough for its first 30 days to be over for everybody."
)
NO_DAYS = (
    "The price of a month is an attribute of customers, which has no days, so there is"
    " no value of the first days."
)
NOT_ORDERS = "it needs orders, and the money here is told by something else."
CONTRACTS = (
    "the customers have subscriptions, whose end is seen. The model is for purchases"
    " without a contract, where nobody says goodbye; choose orders as the source to use"
    " it all the same."
)


def unsuited(reason: str) -> str:
    """Say why no model of purchases is fitted."""
    return f"The model of purchases is not used: {reason[:1].lower()}{reason[1:]}"


def sentence(spec: LifetimeValue, frame: pd.DataFrame, currency: str) -> str:
    """Say what a customer is worth by each way that could be told."""
    rows = frame[(frame["segment"] == TOTAL) & frame["value"].notna()]
    if rows.empty:
        return f"What a {spec.unit} is worth cannot be told from these data."
    parts = []
    for _, row in rows.iterrows():
        value = money_text(row["value"], currency)
        match row["way"]:
            case "first_days":
                days = asking.counted(int(row["days"]), "day")
                parts.append(f"{value} in the first {days}")
            case "lives":
                parts.append(
                    f"{value} over {_periods(spec, row['periods'])} of staying"
                )
            case _:
                parts.append(
                    f"{value} still to come in {_periods(spec, row['periods'])}"
                )
    share = "" if spec.margin == 100 else f", at a margin of {spec.margin:g}%"
    told = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"
    return f"A {spec.unit} brings {told}{share}."


def assumptions(
    spec: LifetimeValue, source: Source, extras: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """List what each way assumes, one sentence a row."""
    found = [("all", _MONEY[source].format(price=spec.price))]
    found.append(
        (
            "all",
            "The margin is 100%: revenue, not profit. Enter yours to see profit."
            if spec.margin == 100
            else f"Of the revenue {spec.margin:g}% are kept as margin.",
        )
    )
    if "pooled" in extras:
        start = "sign-up" if spec.start == "signup" else "first money"
        found.append(
            (
                "first_days",
                f"Counted from each customer's {start}, that day included. It is what"
                " was, not what will be: nothing is assumed of later days.",
            )
        )
    if "lives" in extras:
        found += [("lives", text) for text in _of_lives(spec, source, extras["lives"])]
    if "purchase_model" in extras:
        row = extras["purchase_model"].iloc[0]
        found += [("purchases", text) for text in _of_model(spec, row)]
    return pd.DataFrame(found, columns=["way", "assumption"])


def caveats(
    dataset: Dataset, spec: LifetimeValue, source: Source, frame: pd.DataFrame
) -> list[Caveat]:
    """Say what limits the figures."""
    found = []
    others = {"orders", "payments", "subscriptions"} & set(dataset.observed) - {source}
    if source != "attribute" and spec.source == "auto" and others:
        found.append(
            Caveat(
                "one_source",
                f"Money is told by {source} here; {' and '.join(sorted(others))} are"
                " not added to it, as the same money may be in both.",
            )
        )
    if frame["way"].nunique() > 1:
        found.append(
            Caveat(
                "not_the_same",
                "The ways assume different things and look at different times, so they"
                " differ. Where they are far apart, look at the assumptions.",
            )
        )
    if frame["is_small"].astype(bool).any():
        found.append(
            Caveat(
                "small_n",
                f"Figures of fewer than {dataset.min_n} customers are faded: their"
                " intervals are wide, and one person moves them much.",
            )
        )
    return found


_MONEY = {
    "orders": "Money is what orders brought, less returns and refunds.",
    "payments": "Money is what was paid, less what was paid back; failed payments are"
    " none.",
    "subscriptions": "Money is the price agreed, spread evenly over the days of paid"
    " access.",
    "attribute": "Money is {price}, as what a customer who is still there pays a month;"
    " what others paid is not known.",
}


def _of_lives(spec: LifetimeValue, source: Source, lives: pd.DataFrame) -> list[str]:
    whole = lives[lives["segment"] == TOTAL].iloc[0]
    told = (
        "all money divided by all the time lived, as far as it was seen"
        if source in ("orders", "payments")
        else "what those who pay now bring on average"
    )
    found = [
        f"What a customer brings in {_each(spec)} is {told}. It is taken to be the"
        " same at every age, and not to go together with how long somebody stays.",
        "The time with us is the mean up to the horizon from the survival curve; its"
        " interval is that of the curve, not of the money.",
    ]
    if whole["reach"] < spec.horizon:
        found.append(
            f"Lives were observed for {_periods(spec, whole['reach'])}. "
            + _BEYOND[str(whole["beyond"])]
        )
    if spec.discount:
        found.append(
            f"Money loses {spec.discount:g}% a period, as it is worth less later."
        )
    return found


_BEYOND = {
    "": "Nothing is said of later.",
    "model": "What lies beyond, if it goes on like this, is told by a shifted"
    " beta-geometric model: those who stay are those who leave less.",
    "last_hazard": "What lies beyond, if it goes on like this, takes as many to leave"
    " in every month as in the last twelve observed.",
}


def _of_model(spec: LifetimeValue, row: pd.Series) -> list[str]:
    found = [
        "Customers buy at random, each at an own rate, and stop for good after some"
        " purchase (BG/NBD); what a purchase brings varies around each customer's own"
        " mean (Gamma-Gamma). Several orders of one day are one purchase.",
        f"It looks {_periods(spec, spec.horizon)} ahead of the customers there are,"
        " those included who have stopped; what they brought so far is not in it.",
        "The interval holds the doubt about the model's parameters, not whether the"
        " model is right: for that, see predicted against actual.",
    ]
    if row["never_stops"]:
        found.append(
            "Nobody is seen to stop: all who bought are taken to go on for ever, so the"
            " value grows with how far is looked ahead."
        )
    if row["kept_share"] < spec.margin / 100:
        back = 1 - row["kept_share"] / (spec.margin / 100)
        found.append(
            f"As so far, {back:.1%} of what is sold is taken to be given back."
        )
    if abs(row["amount_link"]) > 0.3:
        found.append(
            "Who buys more often pays"
            f" {'more' if row['amount_link'] > 0 else 'less'} each time (correlation"
            f" {row['amount_link']:.2f}), which the model takes not to be so."
        )
    if row["step_days"] > 1:
        found.append(
            f"There are many customers, so times are counted in steps of"
            f" {int(row['step_days'])} days."
        )
    if spec.discount:
        found.append(
            f"Money loses {spec.discount:g}% a period, as it is worth less later."
        )
    return found


def _periods(spec: LifetimeValue, number: float) -> str:
    if spec.period != MONTH_DAYS:
        return f"{number:,.0f} periods of {asking.counted(spec.period_days, 'day')}"
    if number >= 10:
        number = round(number)
    return f"{number:,.3g} month{'' if number == 1 else 's'}"


def _each(spec: LifetimeValue) -> str:
    if spec.period == MONTH_DAYS:
        return "a month"
    return f"a period of {asking.counted(spec.period_days, 'day')}"
