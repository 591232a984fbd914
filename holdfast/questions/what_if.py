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
from holdfast.earnings import MONTH_DAYS
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.measures import money_text, percent
from holdfast.population import TOTAL, Unit
from holdfast.questions import ask, asking, projection
from holdfast.questions.life_value import lives_of
from holdfast.questions.lifetime_value import (
    LifetimeValue,
    lapse_of,
    source_of,
    survival_spec,
)
from holdfast.questions.projection import Basis, Change
from holdfast.questions.survival import Survival


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
        basis, currency, sql, as_of, people = _own(spec), spec.currency, "", None, 0
        people = spec.customers
    else:
        basis, currency, sql, as_of, people = _of_data(
            dataset, spec, filters, cancellation
        )
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
        sql=sql or "-- Own figures are not asked from the data.",
        as_of=as_of,
        n=people,
        extras={
            "steps": steps,
            "levers": projection.levers(basis, terms, spec.months),
            "hazards": projection.hazards(basis, change, spec.months),
            "assumptions": pd.DataFrame({"assumption": _assumptions(spec, basis)}),
        },
        caveats=(
            Caveat(
                "no_forecast",
                "This is arithmetic, not a forecast: it says what would be if nothing"
                " else changed, such as who joins, what others offer, or that some"
                " leave when prices rise.",
            ),
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


def _of_data(
    dataset: Dataset,
    spec: WhatIf,
    filters: Filters,
    cancellation: Cancellation | None,
) -> tuple[Basis, str, str, date | None, int]:
    asked = LifetimeValue(
        source=spec.source,
        currency=spec.currency,
        price=spec.price_column,
        unit=spec.unit,
        as_of=spec.as_of,
    )
    currency, paid, joining = spec.currency, spec.paid, spec.joining
    lives_asked = Survival(unit=spec.unit, as_of=spec.as_of)
    try:
        lives_asked = survival_spec(dataset, asked, source_of(dataset, asked))
        worth = ask(dataset, asked, filters, cancellation)
    except SpecError:
        # Whoever enters what customers pay needs no money in the data.
        if paid is None:
            raise
    else:
        if paid is None:
            paid = _paid(worth)
        if joining is None:
            joining = _joining(worth)
        if len(worth.frame):
            currency = str(worth.frame["currency"].iloc[0])
    curve = ask(dataset, lives_asked, filters, cancellation)
    rows = curve.frame[curve.frame["segment"] == TOTAL]
    if rows.empty:
        raise SpecError(
            "nobody_to_follow",
            "Nobody in view can be followed, so there is nobody to look ahead with.",
            "Take a filter away.",
        )
    lapse = lapse_of(dataset, lives_asked, cancellation)
    unit = curve.extras["summary"]["unit"].iloc[0]
    months = 1.0 if unit == "months" else 1 / MONTH_DAYS
    basis = projection.basis_of(
        lives_of(rows, months, lapse),
        dataset.min_n,
        float(paid),
        float(joining or 0),
    )
    return basis, currency, curve.sql, curve.as_of, curve.n


def _paid(worth: Answer) -> float:
    """Return what a customer brings a month, as the lifetime value was told by.

    Raises:
        SpecError: It cannot be told.
    """
    lives = worth.extras.get("lives")
    each = np.nan
    if lives is not None:
        rows = lives.loc[lives["segment"] == TOTAL, "each_period"]
        each = float(rows.sum(min_count=1))
    if not np.isfinite(each):
        raise SpecError(
            "nothing_paid",
            "What a customer in view brings a month cannot be told.",
            "Enter it, or take a filter away.",
        )
    return each


def _joining(worth: Answer) -> float | None:
    """Return the mean of those who started in the last twelve whole months."""
    cohorts = worth.extras.get("cohorts")
    if cohorts is None or worth.as_of is None or cohorts.empty:
        return None
    rows = cohorts[
        (cohorts["segment"] == TOTAL) & (cohorts["days"] == cohorts["days"].min())
    ]
    ends = rows["cohort"] + pd.offsets.MonthBegin(1)
    # People of the first month may be old customers, seen for the first time.
    is_known = (ends <= pd.Timestamp(worth.as_of)) & (
        rows["cohort"] > rows["cohort"].min()
    )
    known = rows[is_known]
    if known.empty:
        return None
    months = known["cohort"].dt.year * 12 + known["cohort"].dt.month
    recent = months > months.max() - 12
    span = int(months.max() - months[recent].min()) + 1
    return float(known.loc[recent, "customers"].sum()) / span


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


def _assumptions(spec: WhatIf, basis: Basis) -> list[str]:
    found = [
        "Whoever is there when a month begins, and whoever joins in it, pays for the"
        " whole month; who leaves does so at its end.",
        f"{spec.retention:+g}% retention: the chance to leave in each month is"
        f" multiplied by {1 - spec.retention / 100:g}, so of 100 who would leave,"
        f" {abs(spec.retention):g} {'stay' if spec.retention >= 0 else 'more leave'}.",
        "A customer pays the same at every age, and those who join behave like those"
        " before them.",
        "A price that changes makes nobody leave or stay here.",
    ]
    if spec.basis == "data":
        found.append(
            "Without subscriptions, such as in a shop, whole months count those who"
            " leave within one for all of it, so the level comes out too high: trust"
            " the difference in percent more than the amounts."
        )
    found.append(_LATER[basis.later_is].format(months=len(basis.hazards)))
    if spec.basis == "data" and spec.joining is None:
        found.append(
            f"{basis.joining:,.1f} join a month, as on average in the last twelve whole"
            " months."
            if basis.joining
            else "Nobody joins, as the data do not tell how many do. Enter how many."
        )
    if spec.margin == 100 and not spec.cost:
        found.append("The margin is 100%, so profit is revenue. Enter yours.")
    return found


_LATER = {
    "model": "How many leave is as observed for the first {months} months of a"
    " customer; later, if it goes on like this, as a shifted beta-geometric model"
    " fitted to all of it says (dashed).",
    "last_hazard": "How many leave is as observed for the first {months} months of a"
    " customer; later as many as in the last twelve observed (dashed).",
    "own": "As many leave in every month.",
}
