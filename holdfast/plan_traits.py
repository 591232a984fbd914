"""What subscriptions tell of customers: with which plan they began, which they have.

Billing tools keep the plan with the subscription, so customers have no attribute of it.
These are breakdowns and filters as attributes are, unless the data have an attribute of
the same name: ``first_plan``, ``first_billing`` and ``had_trial`` were settled when the
customer began; ``latest_plan`` and ``latest_billing`` look back.

- ``plan_traits(customer_no, first_plan, …)``: one row per customer with a subscription
  (``queries/answers/plan_traits.sql``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from holdfast.dataset import Column, Dataset
from holdfast.query import Value, load, quoted

TRAITS = ("first_plan", "latest_plan", "first_billing", "latest_billing", "had_trial")
_LOOKING_BACK = ("latest_plan", "latest_billing")


def trait_columns(dataset: Dataset) -> dict[str, Column]:
    """Return what subscriptions tell customers apart by, as attributes.

    A billing period that all have alike, and trials that nobody had, tell nothing.
    """
    kept: dict[str, Column] | None = dataset.recall("plan traits")
    if kept is None:
        kept = {}
        if "subscriptions" in dataset.observed:
            (row,) = dataset.frame(_COUNTS).to_dict("records")
            without = dataset.customers - int(row["customers"])
            found = {
                "plan": (int(row["plans"]), int(row["unplanned"])),
                "billing": (int(row["intervals"]), 0),
                "trial": (2, 0),
            }
            if row["intervals"] < 2:
                del found["billing"]
            if not row["trials"]:
                del found["trial"]
            taken = {name.lower() for name in dataset.attributes}
            for name in TRAITS:
                distinct, missing = found.get(name.partition("_")[2], (0, 0))
                if distinct and name not in taken:
                    kept[name] = Column(name, "category", distinct, without + missing)
        dataset.keep("plan traits", kept)
    return kept


def is_trait(dataset: Dataset, attribute: str | None) -> bool:
    """Say whether an attribute is told by subscriptions."""
    return attribute in TRAITS and attribute in trait_columns(dataset)


def trait_of_customer(attribute: str) -> str:
    """Write the trait of a row of ``customers``."""
    return (
        f"(select plan_traits.{quoted(attribute)} from plan_traits"
        " where plan_traits.customer_no = customers.customer_no)"
    )


def trait_rows(
    dataset: Dataset, before: date | None
) -> tuple[str, dict[str, Value], str]:
    """Select the traits of all customers, and name the table for them.

    Args:
        dataset: Whose subscriptions.
        before: First local day that is not seen; none for the end of the data.
    """
    until = before or max(each.as_of for each in dataset.observed.values())
    values: dict[str, Value] = {"plans_until_on": until}
    return load("plan_traits").text, values, f"plan_traits_{until:%Y%m%d}"


def trait_values(dataset: Dataset, attribute: str, limit: int) -> list[str]:
    """Return the values of a trait, that of most customers first."""
    text, values, _ = trait_rows(dataset, None)
    column = quoted(attribute)
    frame = dataset.frame(
        f"select {column} as value from ({text}) where {column} is not null"
        " group by all order by count(*) desc, value limit $limit",
        {**values, "limit": limit},
    )
    return list(frame["value"])


def looking_back(dataset: Dataset, attributes: Iterable[str | None]) -> list[str]:
    """Name those of some attributes that are as at the end of what is seen."""
    return [
        name for name in attributes if name in _LOOKING_BACK and is_trait(dataset, name)
    ]


_COUNTS = """select
    count(distinct customer_no) as customers,
    count(distinct plan) as plans,
    count(*) - count(plan) as unplanned,
    count(distinct interval_months) as intervals,
    count(*) filter (
        where trial_ended_on > started_on or status in ('trialing', 'in_trial')
    ) as trials
from subscriptions"""
