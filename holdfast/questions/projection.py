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
from holdfast.stats import LifeTable, kaplan_meier

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
        hazards: Chance that whoever is in a month of age leaves before being in the
            next one, as observed, from the first.
        later: The same for later months of age, counted from 1.
        paid: What a customer pays a month.
        joining: How many join a month.
        later_is: What ``later`` was told by: model, last_hazard or own.
        entering: Of those who join in a month, the share still there at its end.
    """

    ages: Floats
    hazards: Floats
    later: Callable[[Floats], Floats]
    paid: float
    joining: float
    later_is: str
    entering: float = 1.0

    def leaving(self, months: int, change: Change) -> Floats:
        """Give the chance to leave in each of so many months of age.

        A retention of 5 % more keeps 5 of 100 who would leave.
        """
        ages = np.arange(1, months + 1, dtype=np.float64)
        known = min(len(self.hazards), months)
        told = np.concatenate((self.hazards[:known], self.later(ages[known:])))
        return np.clip(told * (1 - change.retention / 100), 0.0, 1.0)

    def entered(self, change: Change) -> float:
        """Give how many of those who join in a month are there at its end."""
        gone = (1 - self.entering) * (1 - change.retention / 100)
        joining = self.joining * (1 + change.acquisition / 100)
        return float(joining * (1 - np.clip(gone, 0.0, 1.0)))


def basis_of_lives(
    lives: Lives, least: int, paid: float, joining: float | None
) -> Basis:
    """Read from lives in months who is there and how many leave at each age.

    Args:
        lives: Those of everyone in view, with what is told of later.
        least: A month of age is observed where so many were there at its start.
        paid: What a customer pays a month.
        joining: How many join a month; none for nobody.
    """
    duration, _, _, censored = lives.table.columns
    places = np.floor(duration + GRACE).astype(int)
    staying = _staying(lives.table, least, GRACE)
    model = lives.model

    def later(months: Floats) -> Floats:
        if model is not None:
            return contract_hazard(model, months)
        return np.full(len(months), lives.last_hazard)

    return Basis(
        np.bincount(places, weights=censored).astype(np.float64),
        1 - staying[1:],
        later,
        paid,
        float(joining or 0),
        "last_hazard" if model is None else "model",
        float(staying[0]) if len(staying) else 1.0,
    )


def basis_of_table(
    table: LifeTable,
    ages: Floats,
    late_hazard: float,
    least: int,
    paid: float,
    joining: float,
) -> Basis:
    """Read who leaves at each age where silence ends a life.

    Args:
        table: Lives in months of those whose first day is known; may be empty.
        ages: How many are there by whole months since they were first seen.
        late_hazard: Chance to leave in a month, of those there for longer.
        least: A month of age is observed where so many were there at its start.
        paid: What a customer pays a month.
        joining: How many join a month.
    """
    staying = _staying(table, least)
    return Basis(
        ages,
        1 - staying[1:],
        lambda months: np.full(len(months), late_hazard),
        paid,
        joining,
        "late_hazard",
        float(staying[0]) if len(staying) else 1 - late_hazard / 2,
    )


def _staying(table: LifeTable, least: int, grace: float = 0.0) -> Floats:
    """Give how many of those in one month of age are in the next a month later.

    Whoever is in a month of age has been so for any part of it. That is why numbers of
    people are compared, which are areas under the curve, not its ends: who joins on all
    days of a month and leaves on all days of one keeps to its level then.

    Returns:
        First the share of those who join in a month that is there at its end, then of
        those in their first month of age, and so on as far as observed.
    """
    duration, at_risk, _, _ = table.columns
    if not len(duration):
        return np.array([])
    curve = kaplan_meier(table).survival
    # Where all have left, the months after that are known to be empty.
    beyond = 2 if curve[-1] == 0 else 0
    edges = np.arange(int(np.floor(duration[-1] + grace)) + 1 + beyond) - grace
    times = np.concatenate(([-grace], duration))
    area = np.concatenate(
        ([0.0], np.cumsum(np.diff(times) * np.concatenate(([1.0], curve[:-1]))))
    )
    there = np.diff(np.interp(edges, times, area))
    in_month = np.append(at_risk, 0)[np.searchsorted(duration, edges[:-1])]
    is_known = (in_month >= least) | (there == 0)
    known = len(there) if is_known.all() else int(np.argmin(is_known))
    there = np.concatenate(([1.0], there[:known]))
    there = there[: int(np.argmin(there > 0)) + 1 if (there <= 0).any() else None]
    return np.asarray(np.clip(there[1:] / there[:-1], 0.0, 1.0))


def scenarios(basis: Basis, change: Change, terms: Terms, months: int) -> pd.DataFrame:
    """Go through the months with nothing changed, and with the change.

    Returns:
        One row per scenario (``baseline``, ``changed``) and month, from 1: customers
        there when it begins, who joined in it, who left, revenue, profit and profit so
        far. Who joins pays from the next month on.
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
            "Leave in the first month": float(rows["left"].iloc[0]),
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
    entered = basis.entered(change)
    paid = basis.paid * (1 + change.price / 100)
    there = np.zeros(len(basis.ages) + months)
    there[: len(basis.ages)] = basis.ages
    customers, left = np.empty(months), np.empty(months)
    for month in range(months):
        going = there * leaving
        customers[month] = there.sum()
        left[month] = going.sum() + joining - entered
        there = np.concatenate(([entered], (there - going)[:-1]))
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
