"""What if more stayed, paid or came: arithmetic over the months ahead, no forecast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.measures import money_text, percent
from holdfast.population import Unit
from holdfast.questions import asking, projection
from holdfast.questions.amounts import currency_caveats
from holdfast.questions.lifetime_value import LifetimeValue
from holdfast.questions.looking_ahead import Ahead, ahead_of
from holdfast.questions.projection import Basis, Change


@dataclass(frozen=True)
class WhatIf:
    """What is asked about the months ahead.

    Attributes:
        basis: Start from the customers in view, or from ``own`` figures.
        retention: Of those who would leave in a month, so many percent stay instead:
            the chance to leave in each month is multiplied by one minus this.
        price: What a customer pays a month changes by so many percent.
        acquisition: How many join a month changes by so many percent.
        margin: Percent of the revenue that is kept.
        cost: What it costs to win a customer.
        months: How far ahead.
        paid: What a customer pays a month; none for what the data say.
        joining: How many join a month; none for what the data say.
        customers: Own figure: how many there are now.
        leaving: Own figure: percent of them that leave in a month.
        source: Where money is told, as for the lifetime value.
        currency: The one that is counted.
        price_column: The attribute that says what a customer pays a month.
        unit: What is counted.
        as_of: An earlier end of the observed time.
    """

    basis: Literal["data", "own"] = "data"
    retention: float = 0.0
    price: float = 0.0
    acquisition: float = 0.0
    margin: float = 100.0
    cost: float = 0.0
    months: int = 36
    paid: float | None = None
    joining: float | None = None
    customers: int = 0
    leaving: float = 0.0
    source: Literal["auto", "orders", "payments", "subscriptions", "attribute"] = "auto"
    currency: str = ""
    price_column: str = ""
    unit: Unit = "customer"
    as_of: date | None = None

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing.

        Raises:
            SpecError: One of them is out of its range.
        """
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise SpecError(
                    "out_of_range",
                    f"{name.capitalize()} cannot be {value:,.10g} here.",
                    f"Choose it from {least:,} to {most:,}.",
                )


_RANGES = {
    "retention": (-100, 100),
    "price": (-100, 1_000),
    "acquisition": (-100, 1_000),
    "margin": (0, 100),
    "leaving": (0, 100),
    "months": (1, 120),
    "cost": (0, 10**12),
    "paid": (0, 10**12),
    "joining": (0, 10**12),
    "customers": (0, 10**12),
}


def answer(
    dataset: Dataset,
    spec: WhatIf,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer what a change would be worth if all else stayed as it is.

    Returns:
        ``frame``: one row per scenario and month ahead with customers, revenue and
        profit. ``extras``: ``steps``, the arithmetic of the first year line by line;
        ``levers``, what five percent of each lever alone would bring; ``hazards`` by
        month of age, observed or assumed; ``assumptions`` in words.

    Raises:
        SpecError: The data do not say what customers pay or how long they stay.
    """
    if spec.basis == "own":
        ahead = Ahead(_own(spec), spec.currency, [], "", None, spec.customers)
    else:
        ahead = ahead_of(
            dataset,
            LifetimeValue(
                source=spec.source,
                currency=spec.currency,
                price=spec.price_column,
                unit=spec.unit,
                as_of=spec.as_of,
            ),
            spec.paid,
            spec.joining,
            filters,
            cancellation,
        )
    basis, currency = ahead.basis, ahead.currency
    change = Change(spec.retention, spec.price, spec.acquisition)
    terms = projection.Terms(spec.margin / 100, spec.cost)
    frame = projection.scenarios(basis, change, terms, spec.months)
    steps = projection.steps(basis, change, terms, frame)
    return Answer(
        question="what_if",
        spec=spec,
        filters=filters,
        frame=frame.assign(currency=currency),
        sentence=_sentence(spec, frame, currency),
        sql=ahead.sql or "-- Own figures are not asked from the data.",
        as_of=ahead.as_of,
        n=ahead.people,
        extras={
            "steps": steps,
            "levers": projection.levers(basis, terms, spec.months),
            "hazards": projection.hazards(basis, change, spec.months),
            "assumptions": pd.DataFrame({"assumption": _assumptions(spec, ahead)}),
        },
        caveats=(
            *ahead.caveats,
            Caveat(
                "no_forecast",
                "This is arithmetic, not a forecast: it says what would be if nothing"
                " else changed, such as who joins, what others offer, or that some"
                " leave when prices rise.",
            ),
            *currency_caveats(dataset, currency, ahead.source, is_of_everyone=True),
            *(asking.stranger_caveat(dataset) if spec.basis == "data" else ()),
        ),
    )


def _own(spec: WhatIf) -> Basis:
    hazard = spec.leaving / 100
    return Basis(
        ages=np.array([float(spec.customers)]),
        hazards=np.array([]),
        later=lambda months: np.full(len(months), hazard),
        paid=float(spec.paid or 0),
        joining=float(spec.joining or 0),
        later_is="own",
    )


def _sentence(spec: WhatIf, frame: pd.DataFrame, currency: str) -> str:
    changes = [
        f"{value:+g}% {name}"
        for name, value in (
            ("retention", spec.retention),
            ("price", spec.price),
            ("acquisition", spec.acquisition),
        )
        if value
    ]
    what = "profit" if spec.margin < 100 or spec.cost else "revenue"
    totals = frame.groupby("scenario")["profit_amount"].sum()
    months = asking.counted(spec.months, "month")
    if not changes:
        return (
            f"If all goes on as it is, {months} bring"
            f" {money_text(totals['baseline'], currency)} of {what}."
        )
    parts = []
    for until in sorted({min(12, spec.months), spec.months}):
        near = frame[frame["month"] <= until]
        told = near.groupby("scenario")["profit_amount"].sum()
        base, changed = float(told["baseline"]), float(told["changed"])
        share = f" ({_signed((changed - base) / base)})" if base > 0 else ""
        sign = "+" if changed >= base else "-"
        parts.append(
            f"{sign}{money_text(abs(changed - base), currency)}{share} of {what} in"
            f" {asking.counted(until, 'month')}"
        )
    return f"With {', '.join(changes)}: {', and '.join(parts)}."


def _signed(share: float) -> str:
    return f"{'+' if share >= 0 else '-'}{percent(abs(share), 1)}"


def _assumptions(spec: WhatIf, ahead: Ahead) -> list[str]:
    basis = ahead.basis
    found = [
        "Whoever is there when a month begins pays for all of it; who joins in it pays"
        " from the next one on.",
        *ahead.notes,
        _LATER[basis.later_is].format(months=len(basis.hazards)),
        "A customer brings the same at every age, and those who join behave like those"
        " before them.",
    ]
    if spec.retention:
        found.append(
            f"{spec.retention:+g}% retention: the chance to leave in each month is"
            f" multiplied by {1 - spec.retention / 100:g}, so of 100 who would leave,"
            f" {abs(spec.retention):g}"
            f" {'stay' if spec.retention > 0 else 'more leave'}."
        )
    if spec.price:
        found.append("The changed price makes nobody leave, stay or join.")
    if spec.acquisition and not spec.cost:
        found.append("Who joins costs nothing. Enter what a new customer costs.")
    if spec.margin == 100 and not spec.cost:
        found.append("The margin is 100%, so profit is revenue. Enter yours.")
    return found


_LATER = {
    "model": "How many leave is as observed for the first {months} months of a"
    " customer; later, if it goes on like this, as a shifted beta-geometric model"
    " fitted to all of it says (dashed).",
    "last_hazard": "How many leave is as observed for the first {months} months of a"
    " customer; later as many as in the last twelve observed (dashed).",
    "late_hazard": "How many leave is as observed for the first {months} months of a"
    " customer; later as many as lately of those who have been there longest (dashed).",
    "own": "As many leave in every month.",
}
