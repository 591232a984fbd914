"""Customers and money month by month, from who is there and how many leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from holdfast.purchase_models import contract_hazard
from holdfast.questions.life_value import GRACE, Lives
from holdfast.stats import kaplan_meier

Floats = NDArray[np.float64]

LEVER = 5.0
"""Percent by which each lever alone is moved."""


class Change(NamedTuple):
    """What changes, each in percent."""

    retention: float = 0.0
    price: float = 0.0
    acquisition: float = 0.0


class Terms(NamedTuple):
    """What is kept of revenue, and what a new customer costs."""

    margin: float
    cost: float


@dataclass(frozen=True)
class Basis:
    """Where the months ahead start from.

    Attributes:
        ages: How many are there by whole months since their start.
        hazards: Chance to leave in each month of age as observed, from the first.
        later: The same for later months of age, counted from 1.
        paid: What a customer pays a month.
        joining: How many join a month.
        later_is: What ``later`` was told by: model, last_hazard or own.
    """

    ages: Floats
    hazards: Floats
    later: Callable[[Floats], Floats]
    paid: float
    joining: float
    later_is: str

    def leaving(self, months: int, change: Change) -> Floats:
        """Give the chance to leave in each of so many months of age.

        A retention of 5 % more keeps 5 of 100 who would leave.
        """
        ages = np.arange(1, months + 1, dtype=np.float64)
        known = min(len(self.hazards), months)
        told = np.concatenate((self.hazards[:known], self.later(ages[known:])))
        return np.clip(told * (1 - change.retention / 100), 0.0, 1.0)


def basis_of(
    lives: Lives,
    least: int,
    paid: float,
    joining: float,
) -> Basis:
    """Read from a survival answer who is there and how many leave at each age.

    Args:
        lives: Those of everyone in view in months, with what is told of later.
        least: A month of age is observed where so many were there at its start.
        paid: What a customer pays a month.
        joining: How many join a month.
    """
    duration, at_risk, _, censored = lives.table.columns
    places = np.floor(duration + GRACE).astype(int)
    ages = np.bincount(places, weights=censored)
    told = kaplan_meier(lives.table)
    whole = np.arange(0, int(np.floor(duration[-1] + GRACE)) + 1)
    before = np.searchsorted(duration, whole + GRACE, side="right")
    survival = np.concatenate(([1.0], told.survival))[before]
    there = np.append(at_risk, 0.0)[before]
    enough = there[:-1] >= least
    known = int(np.argmin(enough)) if not enough.all() else len(enough)
    staying = np.divide(
        survival[1:],
        survival[:-1],
        out=np.zeros(len(whole) - 1),
        where=survival[:-1] > 0,
    )
    later_is = "model" if lives.model is not None else "last_hazard"

    def later(months: Floats) -> Floats:
        if lives.model is not None:
            return contract_hazard(lives.model, months)
        return np.full(len(months), lives.last_hazard)

    return Basis(
        np.asarray(ages, dtype=np.float64),
        (1 - staying)[:known],
        later,
        paid,
        joining,
        later_is,
    )


def scenarios(basis: Basis, change: Change, terms: Terms, months: int) -> pd.DataFrame:
    """Go through the months with nothing changed, and with the change.

    Returns:
        One row per scenario (``baseline``, ``changed``) and month, from 1: customers
        who pay, of them those who joined, who left at the end, revenue, profit and
        profit so far.
    """
    return pd.concat(
        [
            _months(basis, part, terms, months).assign(scenario=name)
            for name, part in (("baseline", Change()), ("changed", change))
        ],
        ignore_index=True,
    )


def hazards(basis: Basis, change: Change, months: int) -> pd.DataFrame:
    """List the chance to leave by month of age, now and changed."""
    ages = np.arange(1, months + 1)
    return pd.DataFrame(
        {
            "month": ages,
            "baseline": basis.leaving(months, Change()),
            "changed": basis.leaving(months, change),
            "is_observed": ages <= len(basis.hazards),
        }
    )


def levers(basis: Basis, terms: Terms, months: int) -> pd.DataFrame:
    """Tell what five percent of each lever alone would bring, all else as it is."""
    now = float(_months(basis, Change(), terms, months)["profit_amount"].sum())
    rows = []
    for name in Change._fields:
        moved = Change()._replace(**{name: LEVER})
        then = float(_months(basis, moved, terms, months)["profit_amount"].sum())
        rows.append(
            {
                "lever": name,
                "percent": LEVER,
                "baseline_profit": now,
                "changed_profit": then,
                "difference": then - now,
                "difference_share": (then - now) / now if now > 0 else np.nan,
            }
        )
    return pd.DataFrame(rows)


def steps(
    basis: Basis, change: Change, terms: Terms, frame: pd.DataFrame
) -> pd.DataFrame:
    """Write the arithmetic of the first year, or of all months if fewer."""
    year = frame[frame["month"] <= 12]
    sums = dict(iter(year.groupby("scenario")))
    both = {}
    for name, part in (("baseline", Change()), ("changed", change)):
        rows = sums[name]
        paid = basis.paid * (1 + part.price / 100)
        both[name] = {
            "Customers now": float(basis.ages.sum()),
            "Join a month": basis.joining * (1 + part.acquisition / 100),
            "Leave at the end of the first month": float(rows["left"].iloc[0]),
            "Months paid by customers in the year": float(rows["customers"].sum()),
            "Times what each pays a month": paid,
            "Revenue of the year": float(rows["revenue_amount"].sum()),
            "Times the margin": terms.margin,
            "Less the cost of those who join": float(rows["joined"].sum()) * terms.cost,
            "Profit of the year": float(rows["profit_amount"].sum()),
        }
    table = pd.DataFrame(
        {
            "step": list(both["baseline"]),
            "baseline": list(both["baseline"].values()),
            "changed": list(both["changed"].values()),
        }
    )
    table["difference"] = table["changed"] - table["baseline"]
    table["difference_share"] = table["difference"] / table["baseline"].where(
        table["baseline"] > 0
    )
    return table


def _months(basis: Basis, change: Change, terms: Terms, months: int) -> pd.DataFrame:
    leaving = basis.leaving(len(basis.ages) + months, change)
    joining = basis.joining * (1 + change.acquisition / 100)
    paid = basis.paid * (1 + change.price / 100)
    there = np.zeros(len(basis.ages) + months)
    there[: len(basis.ages)] = basis.ages
    customers, left = np.empty(months), np.empty(months)
    for month in range(months):
        there[0] += joining
        going = there * leaving
        customers[month], left[month] = there.sum(), going.sum()
        there = np.concatenate(([0.0], (there - going)[:-1]))
    revenue = customers * paid
    profit = revenue * terms.margin - joining * terms.cost
    return pd.DataFrame(
        {
            "month": np.arange(1, months + 1),
            "customers": customers,
            "joined": joining,
            "left": left,
            "revenue_amount": revenue,
            "profit_amount": profit,
            "profit_so_far": np.cumsum(profit),
        }
    )
