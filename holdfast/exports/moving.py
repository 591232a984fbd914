"""Monthly movements of revenue, kept where telling them takes long."""

from __future__ import annotations

import duckdb

from holdfast.exports.feeding import make_empty
from holdfast.movements import (
    MOST_A_MONTH,
    NARROW,
    changes_sql,
    kept_sql,
    paid_sql,
    prices_sql,
    spans_sql,
)

_MANY = 100_000
"""From so many subscriptions on movements are kept; of fewer they are told at once."""

_TOLD = """select
    count(distinct coalesce(currency, ''))
        filter (where price is not null and paid_from_on is not null),
    min(coalesce(currency, ''))
        filter (where price is not null and paid_from_on is not null),
    (select max(as_of) from observed where rows > 0 and observed_from is not null)
from subscriptions"""

_PAID = """select
    * replace (coalesce(currency, '') as currency)
from subscriptions"""


def keep_movements(engine: duckdb.DuckDBPyConnection) -> None:
    """Make the table of monthly movements; empty where it would help nobody.

    Args:
        engine: Connection with the tables of subscriptions and of what was observed.
    """
    ((rows,),) = engine.execute("select count(*) from subscriptions").fetchall()
    told = engine.execute(_TOLD).fetchall() if rows >= _MANY else [(0, None, None)]
    ((currencies, currency, as_of),) = told
    if currencies == 1 and as_of is not None:
        changes = kept_sql(
            prices_sql(_PAID),
            paid_sql("prices.customer_no"),
            spans_sql("month", "monday"),
            changes_sql(NARROW, is_in_order=True),
        )
        try:
            engine.execute(
                "create table monthly_movements as select $as_of_on as as_of,"
                f" $currency as currency, changes.* from ({changes}) as changes"
                " order by unit_no, period",
                {
                    "currency": currency,
                    "as_of_on": as_of,
                    "most_a_month": MOST_A_MONTH,
                },
            )
        except duckdb.DataError:
            # Amounts that together are too large for the quick type.
            pass
        else:
            return
    make_empty(engine, ["monthly_movements"])
