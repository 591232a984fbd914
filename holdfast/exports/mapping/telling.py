"""What the rows of all feeds tell alike: whom they are of, and which are refused."""

from __future__ import annotations

from collections.abc import Collection

from holdfast.model import FEEDS, local_day
from holdfast.query import literal, quoted

# Instants that are signs of life; sign-ups and experiments are none.
_SIGNS = {
    "orders": "ordered_at",
    "order_lines": "ordered_at",
    "subscriptions": "started_at",
    "payments": "charged_at",
    "mrr_movements": "moved_at",
}
_NO_CUSTOMERS = ("responses", "invitations", "tickets")
_NOBODY = ("identities", "exchange_rates")
_EVENTS = "events"


def people_relation(fed: Collection[str], zone: str) -> str:
    """Return the SELECT of whom the rows tell of, over all feeds.

    Columns: source_no, customer_id, email, first_at, first_on, rows, is_customer,
    is_described; events are counted already.

    Args:
        fed: Names of the feeds that are fed.
        zone: The workspace's zone.
    """
    selects = [
        "select source_no, customer_id, email, first_at, first_on, rows,"
        " true as is_customer, false as is_described from events_seen"
        " where customer_id is not null and first_at is not null"
    ]
    for feed in FEEDS:
        if feed.name not in fed or feed.name in (*_NOBODY, _EVENTS):
            continue
        sign, day = "null::timestamp", "null::date"
        if feed.name in _SIGNS:
            sign = _SIGNS[feed.name]
            day = local_day(sign)
        elif feed.name == "mrr_months":
            month = "date_trunc('month', month_on)"
            local = f"timezone({literal(zone)}, {month}::timestamp)"
            sign = f"case when mrr > 0 then timezone('UTC', {local}) end"
            day = f"case when mrr > 0 then {month}::date end"
        selects.append(
            f"select source_no, customer_id, email, {sign}, {day}, 1,"
            f" {literal(feed.name not in _NO_CUSTOMERS)},"
            f" {literal(feed.name == 'customers')}"
            f" from {quoted('staged_' + feed.name)} where reason is null"
        )
    return "\nunion all\n".join(selects)


def refused_relation(fed: Collection[str]) -> str:
    """Return the SELECT of the refused rows of all feeds.

    Columns: table_name, source_no, line, reason, row_text.

    Args:
        fed: Names of the feeds that are fed.
    """
    selects = [
        "select staged_feeds.feed as table_name, unreadable_rows.* from unreadable_rows"
        " inner join staged_feeds using (source_no)"
    ]
    for feed in FEEDS:
        if feed.name in fed:
            rows = f"{quoted('staged_' + feed.name)} where reason is not null"
            if feed.name == _EVENTS:
                rows = "refused_events"
            selects.append(
                f"select {literal(feed.name)}, source_no, line, reason, row_text"
                f" from {rows}"
            )
    return "\nunion all\n".join(selects)
