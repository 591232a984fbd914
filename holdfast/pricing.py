"""Prices: what subscriptions are worth a month, in one currency.

Composed beside ``population`` and by its rules.

- ``prices(customer_no, plan, started_on, ended_on, monthly)``: one row per subscription
  period that was paid; ``monthly`` is what a month of it is worth, DECIMAL, so that
  what is added and taken away again comes to nothing, null where no price is known or
  none that can be true; ``ended_on`` is the first local day without paid access, null
  while it runs.

Amounts in several currencies are never added as they are. Where the data have a table
of exchange rates into the currency asked for, the others are converted at the rate of
the day on which the paid period began, so that a rate that moves is no expansion.
Without rates they are left out.
"""

from __future__ import annotations

from datetime import date

from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import NONE
from holdfast.population import Relation
from holdfast.query import Value

MOST_A_MONTH = 1e11
"""From this on a price a month is a mistake; sums of such would not fit either."""


def currencies(dataset: Dataset) -> list[str]:
    """Return the currencies of priced subscriptions, that of most customers first."""
    kept = dataset.recall("currencies")
    if kept is None:
        frame = dataset.frame(
            "select distinct coalesce(currency, '') as code from subscriptions"
            " where price is not null and paid_from_on is not null"
        )
        # To count customers takes longer, and most data have one currency.
        if len(frame) > 1:
            frame = dataset.frame(
                "select coalesce(currency, '') as code from subscriptions"
                " where price is not null and paid_from_on is not null"
                " group by all order by count(distinct customer_no) desc, code"
            )
        kept = list(frame["code"])
        dataset.keep("currencies", kept)
    return list(kept)


def offered_currencies(dataset: Dataset) -> list[str]:
    """Return the currencies that money can be counted in, the most usual first.

    They are those of priced subscriptions, and those that the others have exchange
    rates into.
    """
    found = currencies(dataset)
    if not found:
        return []
    return [*found, *sorted(set(_rates(dataset)) - set(found))]


def chosen_currency(dataset: Dataset, currency: str = "") -> str:
    """Return the currency that money is counted in.

    Args:
        dataset: Whose subscriptions.
        currency: The one asked for, (none) for amounts without one; empty for the
            workspace's setting where the data have it, else that of the exchange
            rates, else that of most customers.

    Returns:
        Its code; empty where the data name none.

    Raises:
        SpecError: No subscription has a price, or none one in this currency.
    """
    known = offered_currencies(dataset)
    if not known:
        raise SpecError(
            "no_prices",
            "No subscription in the data has a price.",
            "Load subscriptions with a price, payments, or a table of customer, month"
            " and MRR.",
        )
    asked = "" if currency == NONE else currency
    if currency and asked not in known:
        raise SpecError(
            "unknown_currency",
            f"No subscription is paid in {currency}.",
            f"Choose one of {', '.join(code or NONE for code in known)}.",
        )
    if currency:
        return asked
    home = dataset.settings.get("currency", "")
    wanted = [home, *sorted(_rates(dataset))]
    return next((code for code in wanted if code and code in known), known[0])


def converted_currencies(dataset: Dataset, currency: str) -> tuple[str, ...]:
    """Return the currencies that are converted into one, without itself."""
    return tuple(sorted(_rates(dataset).get(currency, frozenset()) - {currency}))


def price_relation(dataset: Dataset, currency: str, as_of: date) -> Relation:
    """Select ``prices`` in one currency, the others converted where rates are known.

    Args:
        dataset: Whose subscriptions.
        currency: Its code, as from ``chosen_currency``.
        as_of: End (exclusive) of the observed time.
    """
    values: dict[str, Value] = {
        "currency": currency,
        "as_of_on": as_of,
        "most_a_month": MOST_A_MONTH,
    }
    if not converted_currencies(dataset, currency):
        return Relation(_MONTHLY.format(worth=_PRICES), values)
    values["rates_target"] = _rates_target(dataset)
    return Relation(_MONTHLY.format(worth=_CONVERTED_PRICES), values)


def _rates(dataset: Dataset) -> dict[str, frozenset[str]]:
    """Return the currencies that have a rate, by the one they are converted to."""
    kept = dataset.recall("exchange_rates")
    if kept is None:
        kept = {}
        if dataset.knows_rates:
            rates = dataset.frame(
                "select coalesce(target, $rates_target) as target, currency"
                " from exchange_rates where rate > 0 and currency is not null"
                " group by all",
                {"rates_target": _rates_target(dataset)},
            )
            for target, rows in rates.groupby("target"):
                kept[str(target)] = frozenset(rows["currency"])
        dataset.keep("exchange_rates", kept)
    return dict(kept)


def _rates_target(dataset: Dataset) -> str:
    """Return what rates are into that do not say it: the workspace's currency."""
    home = dataset.settings.get("currency", "")
    known = currencies(dataset)
    return home or (known[0] if known else "")


# A price that is missing stays unknown; a discount beyond the price leaves nothing.
_MONTHLY = """select
    customer_no,
    plan,
    started_on,
    ended_on,
    case
        when worth < $most_a_month then greatest(worth, 0)::decimal(18, 6)
    end as monthly
from ({worth})"""

_PRICES = """
    select
        customer_no,
        plan,
        paid_from_on as started_on,
        ended_on,
        (price * quantity - coalesce(discount, 0)) / interval_months as worth
    from subscriptions
    where
        coalesce(currency, '') = $currency
        and paid_from_on < $as_of_on
        and coalesce(ended_on, date '9999-12-31') > paid_from_on
"""

# Before the first rate of a currency the first one holds.
_CONVERTED_PRICES = """
    select
        priced.customer_no,
        priced.plan,
        priced.paid_from_on as started_on,
        priced.ended_on,
        (priced.price * priced.quantity - coalesce(priced.discount, 0))
        * case when priced.code = $currency then 1 else rates.rate end
        / priced.interval_months as worth
    from (
        select
            *,
            coalesce(currency, '') as code
        from subscriptions
        where
            paid_from_on < $as_of_on
            and coalesce(ended_on, date '9999-12-31') > paid_from_on
    ) as priced
    asof left join (
        select
            currency,
            max(rate) as rate,
            case
                when
                    row_number() over (
                        partition by currency order by from_on nulls first
                    ) = 1
                    then date '0001-01-01'
                else from_on
            end as from_on
        from exchange_rates
        where
            rate > 0
            and currency is not null
            and coalesce(target, $rates_target) = $currency
        group by currency, from_on
    ) as rates
        on
            priced.code = rates.currency
            and priced.paid_from_on >= rates.from_on
    where
        priced.code = $currency
        or rates.rate is not null
"""
