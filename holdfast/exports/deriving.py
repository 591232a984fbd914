"""Subscriptions that nobody loaded: told by payments, months or movements of MRR."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import duckdb

from holdfast.exports.keeping import keep
from holdfast.query import quoted

# Half of a customer's payments have to come in a rhythm, and most customers have to
# pay so: of shops whose customers come when they like, a quarter does by chance.
_REGULAR = 0.6

# Words of a payment's description that say how long it pays for, in the languages in
# which columns are known; the longest time counts.
_WORDS = {
    "words_of_years": (
        r"year|annual|annuel|ann[eé]e|anual|\ba[nñ]os?\b|jahr|jährlich|roczn|tahun"
        r"|年|ปี|\b12[ -]?mo"
    ),
    "words_of_halves": r"half.year|semest|halbjahr|półroc|半年|\b6[ -]?mo",
    "words_of_quarters": r"quarter|quartal|trimest|kwarta|季|ไตรมาส|\b3[ -]?mo",
    "words_of_months": (
        r"month|monat|mensu|\bmois\b|\bmes(es)?\b|miesi[ąę]|bulan|月|เดือน"
    ),
    "words_of_weeks": r"week|woche|wöchent|semaine|hebdo|seman|tyd[zg]|minggu|周|週",
}


def derive_subscriptions(
    engine: duckdb.DuckDBPyConnection,
    fed: Collection[str],
    parameters: Mapping[str, object],
) -> None:
    """Make ``inferred_subscriptions`` and tell in ``derivations`` what they are of.

    Movements of MRR or a table of months tell of whoever has no subscriptions of their
    own; payments are asked only where none of these was loaded, and only if they are
    regular.

    Args:
        engine: Connection with the staged relations and the table of payments.
        fed: Feeds that some source feeds.
        parameters: 'zone' among others.
    """
    engine.execute(
        "create table derivations (table_name varchar, derived_from varchar,"
        " rows bigint, customers bigint, regular_customers bigint, guessed_rows bigint)"
    )
    engine.execute(
        "create temp table inferred_subscriptions (customer_no integer, plan varchar,"
        " status varchar, started_at timestamp, started_on date, ended_at timestamp,"
        " ended_on date, cancel_reason varchar, price decimal(18, 4),"
        " interval_months double, currency varchar, is_guessed boolean)"
    )
    if "mrr_movements" in fed:
        query = "subscriptions_of_movements"
        _infer(engine, "mrr_movements", query, parameters, (0, 0))
    elif "mrr_months" in fed:
        _infer(engine, "mrr_months", "subscriptions_of_months", parameters, (0, 0))
    elif "payments" in fed and "subscriptions" not in fed:
        keep(engine, "paid_charges", {**parameters, **_WORDS}, is_temporary=True)
        judged, regular = engine.execute(
            "select count(*), count(*) filter (where share >= 0.5) from (select"
            " count_if(is_regular) / count(is_regular) as share from paid_charges"
            " group by customer_no having count(is_regular) > 0)"
        ).fetchall()[0]
        is_regular = judged > 0 and regular >= _REGULAR * judged
        query = "subscriptions_of_payments" if is_regular else ""
        _infer(engine, "payments", query, parameters, (judged, regular))


def _infer(
    engine: duckdb.DuckDBPyConnection,
    source: str,
    query: str,
    parameters: Mapping[str, object],
    judged: tuple[int, int],
) -> None:
    """Fill the inferred subscriptions from a query, if any, and say from what."""
    if query:
        keep(engine, query, parameters, is_temporary=True)
        engine.execute(
            f"insert into inferred_subscriptions select * from {quoted(query)}"
        ).fetchall()
    engine.execute(
        "insert into derivations select 'subscriptions', $source, count(*), $customers,"
        " $regular, count(*) filter (where is_guessed) from inferred_subscriptions",
        {"source": source, "customers": judged[0], "regular": judged[1]},
    ).fetchall()
