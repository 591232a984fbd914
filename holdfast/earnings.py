"""Earnings: what customers ordered and paid, day by day, in one currency.

Composed beside ``population`` and by its rules. What somebody bought depends on no
filter: it is computed once for everyone and kept, so that a changed filter or breakdown
only joins it anew.

- ``purchase_days``: everyone's days with an order or a return; kept.
- ``purchases(unit_no, segment_no, bought_on, buys, orders, lines, sales, returned)``:
  the same of the units in view. ``buys`` are orders that are no return, ``orders``
  those of them with an amount above nought, ``sales`` their amounts, ``returned`` what
  was given back that day or later for orders of that day.
- ``early_values``: what everyone brought in the first days after the start; kept.
- ``first_values(unit_no, segment_no, started_on, days, amount)``: of those in view.
- ``earned(unit_no, from_on, until_on, daily)``: what everyone brought a day, from one
  day up to, but without, another; ``earnings``: the same of the units in view.
- ``worth(unit_no, segment_no, amount)``: what units in view bring: in a month, where
  that is agreed (a subscription, an attribute), else in all the observed time.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import Literal

from holdfast.cancellation import Cancellation
from holdfast.currencies import chosen_currency, rows_in_one_currency
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.population import Population, Relation, Unit
from holdfast.pricing import price_relation
from holdfast.query import Value, parameters, quoted

Source = Literal["orders", "payments", "subscriptions", "attribute"]
"""Where money is told: orders, paid payments, prices agreed, or a customer's price."""

HORIZONS = (30, 60, 90, 180, 365)
"""Days after the start of which the value is told."""

# Such as MonthlyCharges, monthly_price, "MRR" and "Price per month".
_PRICE = re.compile(
    r"(?i)mrr|monthly[ _]?(charge|fee|price|amount|revenue|payment|spend)s?"
    r"|(charge|fee|price|amount|revenue|payment)s?[ _]?(per|a)[ _]?month"
)

# A month is a twelfth of a year of 365 days wherever money is told per day.
MONTH_DAYS = 365 / 12


def earned_currency(dataset: Dataset, source: Source, currency: str = "") -> str:
    """Return the currency that a source's money is counted in.

    Args:
        dataset: Whose money.
        source: Where it is told.
        currency: The one asked for; empty for the usual one.

    Raises:
        SpecError: Nothing has an amount, or not in this currency.
    """
    if source == "attribute":
        return currency
    return chosen_currency(dataset, currency, source)


def purchase_relations(
    dataset: Dataset,
    members: Population,
    currency: str,
    as_of: date,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``purchases`` and what it reads.

    Args:
        dataset: Whose orders.
        members: Who is in view.
        currency: The one that is counted, as from ``earned_currency``.
        as_of: End (exclusive) of the observed time.
        cancellation: Lets another thread stop the work.
    """
    unit = members.unit
    rows = rows_in_one_currency(dataset, "orders", currency)
    joined = _customers("orders", unit, rows.text)
    days = Relation(
        _PURCHASE_DAYS.format(unit=f"{unit}_no", joined=joined),
        {**rows.values, "currency": currency, "as_of_on": as_of},
        kept_as=_name("purchase_days", unit, currency, as_of),
    )
    _keep(dataset, days, cancellation)
    columns = ("bought_on", "buys", "orders", "lines", "sales", "returned")
    return {
        "purchase_days": days,
        "purchases": _in_view(members, "purchase_days", columns),
    }


def value_relations(
    dataset: Dataset,
    members: Population,
    source: Source,
    currency: str,
    as_of: date,
    *,
    from_signup: bool = False,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``first_values`` and ``worth``, and what they read.

    Args:
        dataset: Whose money.
        members: Who is in view.
        source: Where it is told; no attribute, which has no days.
        currency: The one that is counted, as from ``earned_currency``.
        as_of: End (exclusive) of the observed time.
        from_signup: Days count from the sign-up instead of the first money.
        cancellation: Lets another thread stop the work.
    """
    relations = earning_relations(
        dataset, members, source, currency, as_of, cancellation
    )
    earned = relations["earned"].text
    table = relations["purchase_days"].kept_as if source == "orders" else None
    began = "orders > 0" if source == "orders" else "true"
    values = relations["earned"].values
    if from_signup:
        starts = _SIGNUPS.format(unit=f"{members.unit}_no")
    else:
        starts = _STARTS.format(began=began)
    text = _EARLY.format(
        starts=starts,
        days=list(HORIZONS),
        amounts=", ".join(f"first_{days}" for days in HORIZONS),
        sums=",\n        ".join(_FIRST_DAYS.format(days=days) for days in HORIZONS),
    )
    kept = _name("early", source, members.unit, currency, as_of, from_signup)
    early = Relation(text, {"as_of_on": as_of}, kept_as=kept)
    inner = [("earned", earned)]
    if source == "orders":
        inner.insert(0, ("purchase_days", f"select * from {table}"))
    elif source == "subscriptions":
        inner.insert(0, ("prices", relations["prices"].text))
    made = ",\n".join(f"{name} as (\n{body}\n)" for name, body in inner)
    made = f"with {made}\n{text}"
    bound: dict[str, Value] = {**values, **early.values}
    if source == "subscriptions":
        bound |= relations["prices"].values
    used = parameters(made)
    bound = {name: value for name, value in bound.items() if name in used}
    dataset.materialise(kept, made, bound, cancellation)
    relations["early_values"] = early
    relations["first_values"] = _in_view(
        members, "early_values", ("started_on", "days", "amount")
    )
    worth = _WORTH_EVER
    if source == "subscriptions":
        joined = _customers("prices", members.unit)
        worth = _WORTH_NOW.format(unit=f"{members.unit}_no", joined=joined)
    relations["unit_worth"] = Relation(worth, {"as_of_on": as_of})
    relations["worth"] = _in_view(members, "unit_worth", ("amount",))
    return relations


def earning_relations(
    dataset: Dataset,
    members: Population,
    source: Source,
    currency: str,
    as_of: date,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``earned``, ``earnings`` and what they read.

    Args:
        dataset: Whose money.
        members: Who is in view.
        source: Where it is told; no attribute, which has no days.
        currency: The one that is counted, as from ``earned_currency``.
        as_of: End (exclusive) of the observed time.
        cancellation: Lets another thread stop the work.
    """
    unit = f"{members.unit}_no"
    relations: dict[str, Relation] = {}
    bound: dict[str, Value] = {"currency": currency, "as_of_on": as_of}
    if source == "orders":
        relations = purchase_relations(dataset, members, currency, as_of, cancellation)
        text = _ORDERED
    elif source == "payments":
        rows = rows_in_one_currency(dataset, "payments", currency)
        joined = _customers("payments", members.unit, rows.text)
        text = _PAID.format(unit=unit, joined=joined)
        bound |= rows.values
    else:
        relations["prices"] = price_relation(dataset, currency, as_of)
        text = _ACCRUED.format(unit=unit, joined=_customers("prices", members.unit))
    used = parameters(text)
    relations["earned"] = Relation(
        text, {name: value for name, value in bound.items() if name in used}
    )
    relations["earnings"] = _in_view(
        members, "earned", ("from_on", "until_on", "daily")
    )
    return relations


def price_attribute(
    dataset: Dataset, members: Population, attribute: str
) -> dict[str, Relation]:
    """Compose ``worth`` from what customers pay a month as an attribute says.

    Only of customers who are still there, where a flag tells it.

    Raises:
        SpecError: The customers have no such attribute, or it is no number.
    """
    column = dataset.attributes.get(attribute)
    if column is None or column.type != "number":
        numbers = [
            name for name, each in dataset.attributes.items() if each.type == "number"
        ]
        raise SpecError(
            "no_price_attribute",
            f"The customers have no number {attribute!r} that could be a price.",
            f"Choose one of {', '.join(numbers[:8]) or 'the numbers of another file'}.",
        )
    text = _ATTRIBUTE.format(unit=f"{members.unit}_no", price=quoted(attribute))
    return {
        "unit_worth": Relation(text),
        "worth": _in_view(members, "unit_worth", ("amount",)),
    }


def told_price(dataset: Dataset) -> str:
    """Return the attribute that by its name is what a customer pays a month; or ''."""
    return next(
        (
            name
            for name, each in dataset.attributes.items()
            if each.type == "number" and _PRICE.fullmatch(name)
        ),
        "",
    )


def _in_view(members: Population, table: str, columns: tuple[str, ...]) -> Relation:
    """Join a relation of all units with those in view."""
    chosen = "".join(f",\n    {table}.{column}" for column in columns)
    if members.is_everyone:
        return Relation(
            f"select\n    {table}.unit_no,\n    0::utinyint as segment_no{chosen}"
            f"\nfrom {table}"
        )
    source = "population"
    if members.unit == "account":
        source = "(select distinct unit_no, segment_no from population)"
    return Relation(
        f"select\n    {table}.unit_no,\n    members.segment_no{chosen}\nfrom {table}"
        f"\ninner join {source} as members\n    on {table}.unit_no = members.unit_no"
    )


def _customers(table: str, unit: Unit, rows: str = "") -> str:
    """Write where a table's units come from; its rows may be others than its own."""
    named = f"({rows}) as {table}" if rows else table
    if unit == "customer":
        return named
    # An attribute of customers may be called as a column of the table.
    return (
        f"{named}\ninner join (select customer_no, account_no from customers"
        " where account_no is not null) as customers\n"
        f"    on {table}.customer_no = customers.customer_no"
    )


def _keep(
    dataset: Dataset, relation: Relation, cancellation: Cancellation | None
) -> None:
    assert relation.kept_as
    dataset.materialise(relation.kept_as, relation.text, relation.values, cancellation)


def _name(kind: str, *parts: object) -> str:
    key = " ".join(map(str, parts))
    return f"{kind}_{hashlib.sha256(key.encode()).hexdigest()[:12]}"


# An order of nothing is no sale, but shows that the customer was there.
_PURCHASE_DAYS = """select
    {unit} as unit_no,
    ordered_on as bought_on,
    count_if(not is_return) as buys,
    count_if(not is_return and amount > 0) as orders,
    coalesce(sum(lines) filter (where not is_return and amount > 0), 0) as lines,
    coalesce(sum(amount) filter (where not is_return and amount > 0), 0)::double
        as sales,
    sum(
        coalesce(abs(refunded), 0)
        + case when is_return or amount < 0 then coalesce(-amount, 0) else 0 end
    )::double as returned
from {joined}
where
    currency = $currency
    and ordered_on < $as_of_on
group by all
order by unit_no, bought_on"""

_ORDERED = """select
    unit_no,
    bought_on as from_on,
    bought_on + 1 as until_on,
    sales - returned as daily,
    orders
from purchase_days"""

_PAID = """select
    {unit} as unit_no,
    charged_on as from_on,
    charged_on + 1 as until_on,
    sum(coalesce(amount, 0) - coalesce(abs(refunded), 0))::double as daily
from {joined}
where
    currency = $currency
    and charged_on < $as_of_on
    and coalesce(status, 'paid') in ('paid', 'refunded', 'succeeded')
group by all"""

# A year of 365 days brings twelve months' worth.
_ACCRUED = """select
    {unit} as unit_no,
    started_on as from_on,
    least(coalesce(ended_on, $as_of_on), $as_of_on) as until_on,
    monthly::double * 12 / 365 as daily
from {joined}"""

_STARTS = """select
        unit_no,
        min(from_on) as started_on
    from earned
    where {began}
    group by unit_no"""

_SIGNUPS = """select
        {unit} as unit_no,
        min(joined_on) as started_on
    from customers
    where joined_on < $as_of_on and {unit} is not null
    group by all"""

# All days of a unit are told in one pass over what it brought.
_EARLY = """select
    unit_no,
    started_on,
    unnest({days}) as days,
    unnest([{amounts}]) as amount
from (
    select
        starts.unit_no,
        starts.started_on,
        {sums}
    from (
        {starts}
    ) as starts
    left join earned
        on starts.unit_no = earned.unit_no
    group by all
)"""

_FIRST_DAYS = """coalesce(
            sum(
                greatest(
                    least(earned.until_on, starts.started_on + {days})
                    - greatest(earned.from_on, starts.started_on),
                    0
                ) * earned.daily
            ),
            0
        )::double as first_{days}"""

_WORTH_EVER = """select
    unit_no,
    sum((until_on - from_on) * daily)::double as amount
from earned
group by unit_no"""

# Whose access ended with the last complete day still paid on it, as in the MRR.
_WORTH_NOW = """select
    {unit} as unit_no,
    sum(monthly)::double as amount
from {joined}
where started_on < $as_of_on and coalesce(ended_on >= $as_of_on, true)
group by all"""

_ATTRIBUTE = """select
    {unit} as unit_no,
    sum({price})::double as amount
from customers
where
    isfinite({price}) and {price} >= 0
    and not coalesce(has_churned, false)
    and {unit} is not null
group by all"""
