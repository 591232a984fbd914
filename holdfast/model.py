"""The dataset's tables and columns, and the roles that a file's columns can play.

The one source of truth for names, types and meanings: mapping, import, pages and
documentation read it.
"""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.answer_marks import GROUPS_OF_SCORES, IN_ORDER, STATUSES
from holdfast.movements import MOVEMENTS

FORMAT_VERSION = 1
"""Version of workspaces and datasets that this program writes and reads."""


@dataclass(frozen=True)
class Column:
    """A column of a dataset's table.

    Attributes:
        name: Its name.
        type: Its DuckDB type.
        meaning: What it holds, with unit and zone.
    """

    name: str
    type: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """A table of the dataset.

    Attributes:
        name: Its name.
        grain: What one row is.
        columns: Fixed columns, in order.
        rest: What follows the fixed columns, in words; empty when nothing does.
    """

    name: str
    grain: str
    columns: tuple[Column, ...]
    rest: str = ""


@dataclass(frozen=True)
class Role:
    """What a file's column can be for one table.

    Attributes:
        name: Canonical name, as in the staged relations.
        kind: 'text', 'id', 'instant', 'number', 'money' or 'boolean'.
        meaning: For the wizard and the documentation.
        is_required: A row without it is rejected.
    """

    name: str
    kind: str
    meaning: str
    is_required: bool = False


@dataclass(frozen=True)
class Feed:
    """A table that a file can feed, and the roles of its columns.

    Attributes:
        name: Name used in mappings; the staged relation is ``staged_<name>``.
        table: The dataset's table that the rows end in.
        meaning: What one row of the file is.
        roles: Roles, in order of importance.
        rest: What happens to columns without a role: 'attributes' (of the
            customer), 'properties' (of the event) or '' (kept in the source only).
        key: Roles that say that two rows are the same; empty when rows have no key.
    """

    name: str
    table: str
    meaning: str
    roles: tuple[Role, ...]
    rest: str = ""
    key: tuple[str, ...] = ()

    def role(self, name: str) -> Role:
        """Return the role of that name.

        Raises:
            KeyError: The feed has no such role.
        """
        for role in self.roles:
            if role.name == name:
                return role
        raise KeyError(name)


PLANNED = frozenset(
    {
        *("started_at", "trial_ended_at", "ended_at", "cancelled_at", "updated_at"),
        *("from_at", "period_started_at", "period_ended_at"),
    }
)
"""Instants that may lie ahead; all others happened before their file was loaded."""

_CUSTOMER = Role("customer_id", "id", "whose row it is", is_required=True)
_MAYBE_CUSTOMER = Role("customer_id", "id", "who answered or asked; may be unknown")
_EMAIL = Role("email", "text", "e-mail address; says whose row it is where ids differ")
_CURRENCY = Role("currency", "text", "currency code")

FEEDS: tuple[Feed, ...] = (
    Feed(
        "customers",
        "customers",
        "one customer",
        (
            _CUSTOMER,
            Role("account_id", "id", "the company that the customer belongs to"),
            _EMAIL,
            Role("signed_up_at", "instant", "when the customer signed up"),
            Role("referred_by", "id", "id of the customer who referred this one"),
            Role("tenure_months", "number", "months as a customer, where dates miss"),
            Role("has_churned", "boolean", "whether the customer has left"),
            Role("updated_at", "instant", "when the row was true; the latest wins"),
        ),
        rest="attributes",
    ),
    Feed(
        "events",
        "events",
        "one thing a customer did",
        (
            _CUSTOMER,
            _EMAIL,
            Role("event", "text", "what happened", is_required=True),
            Role("happened_at", "instant", "when it happened", is_required=True),
            Role("event_id", "id", "the tool's own id of the row"),
        ),
        rest="properties",
        key=("event_id", "customer_id", "event", "happened_at"),
    ),
    Feed(
        "orders",
        "orders",
        "one order",
        (
            _CUSTOMER,
            _EMAIL,
            Role("ordered_at", "instant", "when it was ordered", is_required=True),
            Role("order_id", "id", "the order's id"),
            Role("amount", "money", "what was paid, before refunds"),
            _CURRENCY,
            Role("refunded", "money", "what was paid back"),
            Role("quantity", "number", "units ordered"),
            Role("is_return", "boolean", "whether the row is a return"),
        ),
        key=("order_id",),
    ),
    Feed(
        "order_lines",
        "orders",
        "one line of an order; lines with one order id become one order",
        (
            _CUSTOMER,
            _EMAIL,
            Role("order_id", "id", "the order's id", is_required=True),
            Role("ordered_at", "instant", "when it was ordered", is_required=True),
            Role("quantity", "number", "units; negative for returned goods"),
            Role("unit_price", "money", "price of one unit"),
            Role("amount", "money", "amount of the line, instead of a unit price"),
            Role("order_total", "money", "the order's own total, on one line or all"),
            Role("refunded", "money", "what was paid back"),
            _CURRENCY,
        ),
    ),
    Feed(
        "subscriptions",
        "subscriptions",
        "one subscription, or one period of it with one plan and price",
        (
            _CUSTOMER,
            _EMAIL,
            Role("started_at", "instant", "first day, trial included", True),
            Role("subscription_id", "id", "the subscription's id"),
            Role("plan", "text", "plan or product"),
            Role("status", "text", "status as given"),
            Role("trial_ended_at", "instant", "end of the trial"),
            Role("ended_at", "instant", "end of paid access"),
            Role("cancelled_at", "instant", "when it was cancelled"),
            Role("cancel_reason", "text", "why it was cancelled"),
            Role("cancel_comment", "text", "what the customer wrote on leaving"),
            Role("price", "money", "price of one unit for one billing period"),
            Role("interval_months", "number", "months in a billing period"),
            Role("quantity", "number", "seats or units"),
            Role("discount", "money", "discount of one billing period"),
            Role("is_discount_recurring", "boolean", "no = on one invoice only"),
            _CURRENCY,
        ),
        key=("subscription_id", "started_at"),
    ),
    Feed(
        "payments",
        "payments",
        "one attempt to be paid",
        (
            _CUSTOMER,
            _EMAIL,
            Role("charged_at", "instant", "when it was tried", is_required=True),
            Role("payment_id", "id", "the payment's id"),
            Role("amount", "money", "amount asked for"),
            _CURRENCY,
            Role("refunded", "money", "what was paid back"),
            Role("status", "text", "paid, failed or refunded"),
            Role("failure_reason", "text", "why it failed"),
            Role("period_started_at", "instant", "first day that it pays for"),
            Role("period_ended_at", "instant", "first day that it does not pay for"),
            Role("description", "text", "what was paid for"),
        ),
        key=("payment_id",),
    ),
    Feed(
        "mrr_months",
        "subscriptions",
        "what one customer paid in one month",
        (
            _CUSTOMER,
            _EMAIL,
            Role("month_at", "instant", "any day of the month", is_required=True),
            Role("mrr", "money", "monthly recurring revenue; empty or 0 = none"),
            Role("plan", "text", "plan or product"),
            _CURRENCY,
        ),
        key=("customer_id", "month_at", "plan"),
    ),
    Feed(
        "mrr_movements",
        "subscriptions",
        "one change of what a customer pays a month",
        (
            _CUSTOMER,
            _EMAIL,
            Role("moved_at", "instant", "when it changed", is_required=True),
            Role("change", "money", "MRR gained, or lost below zero"),
            Role("movement", "text", "new, expansion, contraction, churn or the like"),
            Role("mrr", "money", "MRR after it"),
            Role("plan", "text", "plan or product"),
            _CURRENCY,
            Role("movement_id", "id", "the tool's own id of the row"),
        ),
        key=("movement_id",),
    ),
    Feed(
        "responses",
        "responses",
        "one answer to a survey",
        (
            _MAYBE_CUSTOMER,
            _EMAIL,
            Role("kind", "text", "nps, csat or ces", is_required=True),
            Role("answered_at", "instant", "when it was answered; may be unknown"),
            Role("score", "number", "the score; may be missing"),
            Role("question", "text", "the question asked"),
            Role("comment", "text", "the customer's words"),
            Role("language", "text", "language of the answer"),
            Role("campaign", "text", "the wave or campaign"),
            Role("response_id", "id", "the answer's id"),
        ),
        key=("response_id", "kind", "question"),
    ),
    Feed(
        "invitations",
        "invitations",
        "one invitation to a survey",
        (
            _MAYBE_CUSTOMER,
            _EMAIL,
            Role("kind", "text", "nps, csat or ces", is_required=True),
            Role("sent_at", "instant", "when it was sent", is_required=True),
            Role("campaign", "text", "the wave or campaign"),
            Role("is_delivered", "boolean", "whether it arrived"),
        ),
    ),
    Feed(
        "tickets",
        "tickets",
        "one support ticket",
        (
            _MAYBE_CUSTOMER,
            _EMAIL,
            Role("opened_at", "instant", "when it was opened", is_required=True),
            Role("ticket_id", "id", "the ticket's id"),
            Role("first_responded_at", "instant", "when it was first answered"),
            Role("first_response_minutes", "number", "minutes to the first answer"),
            Role("solved_at", "instant", "when it was solved"),
            Role("reopens", "number", "times reopened"),
            Role("subject", "text", "subject"),
            Role("tags", "text", "tags"),
            Role("status", "text", "status as given"),
            Role("priority", "text", "priority as given"),
            Role("channel", "text", "where it came in"),
        ),
        key=("ticket_id",),
    ),
    Feed(
        "touches",
        "touches",
        "one customer's variant in an experiment",
        (
            _CUSTOMER,
            _EMAIL,
            Role("experiment", "text", "the experiment", is_required=True),
            Role("variant", "text", "the variant seen", is_required=True),
            Role("touched_at", "instant", "when it was first seen", is_required=True),
        ),
        key=("customer_id", "experiment", "variant", "touched_at"),
    ),
    Feed(
        "identities",
        "identities",
        "two ids of one customer, or an id and an e-mail address",
        (
            _CUSTOMER,
            _EMAIL,
            Role("other_id", "id", "another id or address of the same", True),
        ),
    ),
    Feed(
        "exchange_rates",
        "exchange_rates",
        "what one unit of a currency is worth in another one",
        (
            Role("currency", "text", "currency code", is_required=True),
            Role("rate", "number", "units of the other for one unit", True),
            Role("target", "text", "the other currency; may be unsaid"),
            Role("from_at", "instant", "first day of the rate; may be unsaid"),
        ),
    ),
)

_FEED_BY_NAME = {feed.name: feed for feed in FEEDS}


def feed(name: str) -> Feed:
    """Return the feed of that name.

    Raises:
        KeyError: There is no such feed.
    """
    return _FEED_BY_NAME[name]


_NUMBER = Column("customer_no", "INTEGER", "the customer's dense number, from 0")
_PERIODS = (
    _NUMBER,
    Column("period", "INTEGER", "the active period's number since 1970"),
    Column("joined_period", "INTEGER", "the period of joined_on"),
    Column("first_period", "INTEGER", "the customer's first active period"),
    Column("previous_period", "INTEGER", "the active period before; null = none"),
    Column("next_period", "INTEGER", "the next active period; null = none"),
)

TABLES: tuple[Table, ...] = (
    Table(
        "customers",
        "one row per customer, ordered by customer_no",
        (
            Column("customer_no", "INTEGER", "dense, by first_seen_at, customer_id"),
            Column("customer_id", "VARCHAR", "the id that the customer goes by"),
            Column("account_no", "INTEGER", "the account's dense number"),
            Column("account_id", "VARCHAR", "account id as in the exports"),
            Column("email", "VARCHAR", "e-mail address"),
            Column("signed_up_at", "TIMESTAMP", "sign-up, UTC"),
            Column("signed_up_on", "DATE", "sign-up, local day"),
            Column(
                "first_seen_at",
                "TIMESTAMP",
                "earliest event, order, subscription start or payment, UTC",
            ),
            Column("first_seen_on", "DATE", "local day of first_seen_at"),
            Column("joined_at", "TIMESTAMP", "sign-up, else first seen, UTC"),
            Column("joined_on", "DATE", "local day of joined_at"),
            Column("referred_by", "VARCHAR", "id of the customer who referred"),
            Column("tenure_months", "DOUBLE", "months as a customer, as given"),
            Column("has_churned", "BOOLEAN", "whether the customer left, as given"),
        ),
        rest="every attribute of the exports, typed, named as in the export",
    ),
    Table(
        "events",
        "one row per event, ordered by customer_no, happened_at, event",
        (
            _NUMBER,
            Column("event", "event_name", "what happened (ENUM)"),
            Column("happened_at", "TIMESTAMP", "when, UTC"),
            Column("happened_on", "DATE", "local day"),
            Column("other_properties", "JSON", "properties without a column"),
        ),
        rest="frequent properties, typed, before other_properties",
    ),
    Table(
        "activity",
        "one row per event, customer and local day, in this order",
        (
            Column("event", "event_name", "what happened (ENUM)"),
            _NUMBER,
            Column("active_on", "DATE", "local day"),
            Column("events", "INTEGER", "how often on that day"),
        ),
    ),
    Table("activity_days", "one row per customer and active day", _PERIODS),
    Table("activity_weeks", "one row per customer and active week", _PERIODS),
    Table("activity_months", "one row per customer and active month", _PERIODS),
    Table(
        "subscriptions",
        "one row per subscription period",
        (
            _NUMBER,
            Column("subscription_id", "VARCHAR", "the subscription's id"),
            Column("plan", "VARCHAR", "plan"),
            Column("status", "VARCHAR", "status, lower case"),
            Column("started_at", "TIMESTAMP", "start, trial included, UTC"),
            Column("started_on", "DATE", "local day of the start"),
            Column("trial_ended_at", "TIMESTAMP", "end of the trial, UTC"),
            Column("trial_ended_on", "DATE", "local day of the trial's end"),
            Column("paid_from_on", "DATE", "first paid day; null = never paid"),
            Column("ended_at", "TIMESTAMP", "end of paid access; null = running"),
            Column("ended_on", "DATE", "local day of the end, exclusive"),
            Column("cancelled_at", "TIMESTAMP", "cancellation, UTC"),
            Column("cancelled_on", "DATE", "local day of the cancellation"),
            Column("cancel_reason", "VARCHAR", "reason as given"),
            Column("cancel_comment", "VARCHAR", "what was written on leaving"),
            Column("price", "DECIMAL(18,4)", "price of a unit and billing period"),
            Column("interval_months", "DOUBLE", "months in a billing period"),
            Column("quantity", "DOUBLE", "units"),
            Column("discount", "DECIMAL(18,4)", "recurring, of a billing period"),
            Column("currency", "VARCHAR", "currency code, upper case"),
        ),
    ),
    Table(
        "orders",
        "one row per order",
        (
            _NUMBER,
            Column("order_id", "VARCHAR", "the order's id"),
            Column("ordered_at", "TIMESTAMP", "when, UTC"),
            Column("ordered_on", "DATE", "local day"),
            Column("amount", "DECIMAL(18,4)", "amount, returns negative"),
            Column("currency", "VARCHAR", "currency code, upper case"),
            Column("refunded", "DECIMAL(18,4)", "amount paid back"),
            Column("quantity", "DOUBLE", "units of lines that are no return"),
            Column("lines", "INTEGER", "lines that are not for free"),
            Column("is_return", "BOOLEAN", "no line has a positive quantity"),
        ),
    ),
    Table(
        "payments",
        "one row per payment attempt",
        (
            _NUMBER,
            Column("payment_id", "VARCHAR", "the payment's id"),
            Column("charged_at", "TIMESTAMP", "when, UTC"),
            Column("charged_on", "DATE", "local day"),
            Column("amount", "DECIMAL(18,4)", "amount asked for"),
            Column("currency", "VARCHAR", "currency code, upper case"),
            Column("refunded", "DECIMAL(18,4)", "amount paid back"),
            Column("status", "VARCHAR", "paid, failed, refunded, or as given"),
            Column("failure_reason", "VARCHAR", "why it failed"),
            Column("period_started_on", "DATE", "first day paid for, as given"),
            Column("period_ended_on", "DATE", "first day not paid for, as given"),
            Column("description", "VARCHAR", "what was paid for, as given"),
        ),
    ),
    Table(
        "responses",
        "one row per survey answer",
        (
            Column("customer_no", "INTEGER", "who answered; null = unknown"),
            Column("response_id", "VARCHAR", "the answer's id"),
            Column("kind", "VARCHAR", "nps, csat or ces"),
            Column("question", "VARCHAR", "the question asked; null = not said"),
            Column("score", "DOUBLE", "the score; null = unscored"),
            Column("comment", "VARCHAR", "the customer's words"),
            Column("language", "VARCHAR", "language of the answer"),
            Column("answered_at", "TIMESTAMP", "when, UTC"),
            Column("answered_on", "DATE", "local day"),
            Column("campaign", "VARCHAR", "the wave or campaign"),
        ),
    ),
    Table(
        "invitations",
        "one row per invitation",
        (
            Column("customer_no", "INTEGER", "who was asked; null = unknown"),
            Column("kind", "VARCHAR", "nps, csat or ces"),
            Column("sent_at", "TIMESTAMP", "when, UTC"),
            Column("sent_on", "DATE", "local day"),
            Column("campaign", "VARCHAR", "the wave or campaign"),
            Column("is_delivered", "BOOLEAN", "whether it arrived; null = unknown"),
        ),
    ),
    Table(
        "tickets",
        "one row per ticket",
        (
            Column("customer_no", "INTEGER", "who asked; null = unknown"),
            Column("ticket_id", "VARCHAR", "the ticket's id"),
            Column("opened_at", "TIMESTAMP", "opened, UTC"),
            Column("opened_on", "DATE", "local day of the opening"),
            Column("first_responded_at", "TIMESTAMP", "first answer, UTC"),
            Column("solved_at", "TIMESTAMP", "solved, UTC; null = open"),
            Column("reopens", "INTEGER", "times reopened"),
            Column("subject", "VARCHAR", "subject"),
            Column("tags", "VARCHAR", "tags as given"),
            Column("status", "VARCHAR", "status, lower case"),
            Column("priority", "VARCHAR", "priority, lower case"),
            Column("channel", "VARCHAR", "where it came in"),
        ),
    ),
    Table(
        "touches",
        "one row per customer, experiment, variant and instant",
        (
            _NUMBER,
            Column("experiment", "VARCHAR", "the experiment"),
            Column("variant", "VARCHAR", "the variant seen"),
            Column("touched_at", "TIMESTAMP", "when, UTC"),
            Column("touched_on", "DATE", "local day"),
        ),
    ),
    Table(
        "identities",
        "one row per further id or address by which the exports know a customer",
        (
            _NUMBER,
            Column("given_id", "VARCHAR", "the further id or address"),
            Column("matched_by", "VARCHAR", "e-mail, mapping file or beside an id"),
        ),
    ),
    Table(
        "exchange_rates",
        "one row per currency, other currency and first day",
        (
            Column("currency", "VARCHAR", "currency code, upper case"),
            Column("rate", "DOUBLE", "units of the other for one unit"),
            Column("target", "VARCHAR", "the other currency; null = not said"),
            Column("from_on", "DATE", "first day of the rate; null = of all days"),
        ),
    ),
    Table(
        "derivations",
        "one row per table that others were looked at for, as nothing fed it",
        (
            Column("table_name", "VARCHAR", "the table"),
            Column("derived_from", "VARCHAR", "the feed that was looked at"),
            Column("rows", "BIGINT", "rows that it gave; 0 = it could not be told"),
            Column("customers", "BIGINT", "customers by whom that was judged"),
            Column("regular_customers", "BIGINT", "of them those who pay regularly"),
            Column("guessed_rows", "BIGINT", "rows whose period others' payments told"),
        ),
    ),
    Table(
        "appearances",
        "one row per source and id as given; no id holds the anonymous rows",
        (
            Column("source", "VARCHAR", "the source's id"),
            Column("customer_no", "INTEGER", "the customer; null = not a customer"),
            Column("given_id", "VARCHAR", "id there; null = the customer's own"),
            Column("person_id", "VARCHAR", "who it is that is not a customer"),
            Column("rows", "BIGINT", "rows of the source with them"),
        ),
    ),
    Table(
        "matches",
        "one row per ordered pair of sources that name people",
        (
            Column("source", "VARCHAR", "the source's id"),
            Column("other_source", "VARCHAR", "the other source's id"),
            Column("people", "BIGINT", "people in the source"),
            Column("matched_by_id", "BIGINT", "of them in the other by the same id"),
            Column("matched_by_mapping", "BIGINT", "by a mapping file"),
            Column("matched_by_email", "BIGINT", "by e-mail address"),
        ),
    ),
    Table(
        "ambiguities",
        "one row per id of a source that an address would make one with others",
        (
            Column("source", "VARCHAR", "the source's id"),
            Column("email", "VARCHAR", "the e-mail address"),
            Column("given_id", "VARCHAR", "one of the ids"),
        ),
    ),
    Table(
        "observed",
        "one row per table with instants",
        (
            Column("table_name", "VARCHAR", "the table"),
            Column("rows", "BIGINT", "its rows"),
            Column("customers", "BIGINT", "customers in it"),
            Column("first_at", "TIMESTAMP", "first instant, UTC"),
            Column("last_at", "TIMESTAMP", "last instant, UTC"),
            Column("observed_from", "DATE", "first observed local day"),
            Column("observed_until", "DATE", "day after the last observed one"),
            Column("as_of", "DATE", "exclusive end of the last complete day"),
            Column("is_dated", "BOOLEAN", "its instants are pure dates"),
        ),
    ),
    Table(
        "monthly_movements",
        "one row per customer and month whose MRR is another at its end than before it;"
        " of many subscriptions in one currency, else empty",
        (
            Column("as_of", "DATE", "exclusive end of the time that is looked at"),
            Column("currency", "VARCHAR", "currency code; empty = not said"),
            Column("unit_no", "INTEGER", "the customer's dense number, from 0"),
            Column("period", "INTEGER", "the month: 12 times the year, from 0"),
            Column("cohort", "INTEGER", "the first month at whose end was paid"),
            Column("movement", f"ENUM{MOVEMENTS}", "what it was"),
            Column("mrr_before", "DECIMAL(18,6)", "MRR at the end of the month before"),
            Column("mrr_after", "DECIMAL(18,6)", "MRR at its end"),
            Column("first_mrr", "DECIMAL(18,6)", "MRR at the end of the first month"),
        ),
    ),
    Table(
        IN_ORDER,
        "one row per answer to a question that very many answered, with what depends on"
        " no filter; else empty",
        (
            Column("kind", "VARCHAR", "nps, csat or ces"),
            Column("question", "VARCHAR", "the question asked; null = not said"),
            Column("scale", "VARCHAR", "the scale that scores are read on"),
            Column("response_no", "INTEGER", "its place in responses, from 1"),
            Column("customer_no", "INTEGER", "who answered; null = unknown"),
            Column("unit_no", "INTEGER", "the same"),
            Column("answered_on", "DATE", "local day"),
            Column("campaign_no", "INTEGER", "its campaign's place by name, from 1"),
            Column("status", f"ENUM{STATUSES}", "what its score says"),
            Column("score", "DOUBLE", "the score; null = none on the scale"),
            Column("score_group", f"ENUM{GROUPS_OF_SCORES}", "the score's group"),
            Column("is_latest", "BOOLEAN", "the customer's latest score"),
            Column("later_on", "DATE", "local day of the next score; null = none"),
            Column("is_latest_in_campaign", "BOOLEAN", "the latest of the campaign"),
            Column("from_group", f"ENUM{GROUPS_OF_SCORES}", "group of the one before"),
            Column("from_score", "DOUBLE", "score of the one before"),
            Column("from_on", "DATE", "its local day"),
            Column("moves", "INTEGER", "such moves of the customer, told once"),
        ),
    ),
    Table(
        "holes",
        "one row per run of days without anybody where silence is unusual",
        (
            Column("from_on", "DATE", "first day without activity"),
            Column("until_on", "DATE", "first day with activity again"),
            Column("days", "INTEGER", "length"),
        ),
    ),
    Table(
        "event_names",
        "one row per event name, most frequent first",
        (
            Column("event", "VARCHAR", "the name"),
            Column("code", "INTEGER", "its position in the ENUM"),
            Column("events", "BIGINT", "how often"),
            Column("customers", "BIGINT", "customers who did it"),
        ),
    ),
    Table(
        "attributes",
        "one row per attribute of customers",
        (
            Column("name", "VARCHAR", "column of customers"),
            Column("type", "VARCHAR", "category, number or date"),
            Column("distinct_values", "BIGINT", "distinct values"),
            Column("missing", "BIGINT", "customers without one"),
        ),
    ),
    Table(
        "properties",
        "one row per typed property of events",
        (
            Column("name", "VARCHAR", "column of events"),
            Column("type", "VARCHAR", "category, number or date"),
            Column("distinct_values", "BIGINT", "distinct values, about"),
            Column("missing", "BIGINT", "events without one"),
        ),
    ),
    Table(
        "source_rows",
        "one row per source, for the first table that it feeds",
        (
            Column("source", "VARCHAR", "the source's id"),
            Column("name", "VARCHAR", "the file's name"),
            Column("table_name", "VARCHAR", "the feed"),
            Column("rows_read", "BIGINT", "rows of the file"),
            Column("imported", "BIGINT", "rows taken over"),
            Column("rejected", "BIGINT", "rows refused, with a reason"),
            Column("duplicates", "BIGINT", "rows that were there already"),
        ),
    ),
    Table(
        "rejected",
        "one row per refused row of a source",
        (
            Column("source", "VARCHAR", "the source's id"),
            Column("table_name", "VARCHAR", "the feed"),
            Column("line", "BIGINT", "line of the file; row for Parquet"),
            Column("reason", "VARCHAR", "why"),
            Column("text", "VARCHAR", "the row's cells"),
        ),
    ),
    Table(
        "settings",
        "one row per setting that the dataset was built with",
        (
            Column("name", "VARCHAR", "the setting"),
            Column("value", "VARCHAR", "its value as text"),
        ),
    ),
)

_TABLE_BY_NAME = {table.name: table for table in TABLES}


def table(name: str) -> Table:
    """Return the table of that name.

    Raises:
        KeyError: The dataset has no such table.
    """
    return _TABLE_BY_NAME[name]


STORED_TYPE = {
    "text": "VARCHAR",
    "id": "VARCHAR",
    "instant": "TIMESTAMP",
    "number": "DOUBLE",
    "money": "DECIMAL(18,4)",
    "boolean": "BOOLEAN",
}
"""DuckDB type of a role's kind in the staged relations."""

ATTRIBUTE_TYPE = {"category": "VARCHAR", "number": "DOUBLE", "date": "TIMESTAMP"}
"""DuckDB type of an attribute's or property's type."""


def local_day(role: str) -> str:
    """Return the local day beside an instant: ``<verb>_at`` has ``<verb>_on``."""
    return role.removesuffix("_at") + "_on"
