"""Checks of a dataset: what may be wrong with the data themselves, row by row.

Each check is a file in ``queries/checks/`` that returns the offending rows; none means
that it is passed. What is said about it here is the rest: how grave it is, why it
matters and what to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pandas as pd

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import CancelledError, DatasetError, SpecError
from holdfast.query import Query, Value, load

Severity = Literal["error", "warning", "note"]

CUSTOMER = "customer_id"
"""Column of the offending rows that names a customer, where there is one."""


@dataclass(frozen=True)
class Check:
    """A check.

    Attributes:
        name: Stem of its file in ``queries/checks/``.
        severity: 'error' where figures are wrong, 'warning' where they may be, 'note'
            for what is good to know.
        why: Why it matters and what to do, in one or two sentences.
    """

    name: str
    severity: Severity
    why: str

    @property
    def query(self) -> Query:
        """Its documented statement."""
        return load(self.name)

    @property
    def title(self) -> str:
        """What its rows are, as a heading."""
        return self.query.purpose.removesuffix(".")

    @property
    def is_about_customers(self) -> bool:
        """Whether its rows name customers."""
        return any(entry.name == CUSTOMER for entry in self.query.returns)


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes:
        check: The check.
        rows: Offending rows; None where it could not be asked.
        customers: Different customers among them; None where they name none.
        fault: Why it could not be asked; empty where it could.
    """

    check: Check
    rows: int | None
    customers: int | None
    fault: str = ""

    @property
    def is_passed(self) -> bool:
        """Whether the check was asked and found nothing."""
        return self.rows == 0


CHECKS: tuple[Check, ...] = (
    Check(
        "placeholder_ids",
        "error",
        "Everyone whom a tool did not know counts as one customer here, who never"
        " leaves. Leave these rows out of the export.",
    ),
    Check(
        "headings_like_values",
        "error",
        "The first row of a file was taken for its headings. Load the file again and"
        " say under its reading options that it has none.",
    ),
    Check(
        "subscriptions_ending_before_start",
        "error",
        "Such a subscription has no length, and nobody is a customer by it. Look at the"
        " order of day and month in the mapping, then at the export.",
    ),
    Check(
        "subscriptions_cancelled_not_ended",
        "warning",
        "Without an end these customers count as there for ever. Map the column that"
        " says when paid access ended.",
    ),
    Check(
        "subscriptions_overlapping",
        "warning",
        "One customer pays for one plan twice at a time: fine where they bought two,"
        " else a change of price or a renewal was exported twice.",
    ),
    Check(
        "plans_alike",
        "warning",
        "Each spelling is a plan of its own in breakdowns. Give a plan one name in the"
        " export.",
    ),
    Check(
        "tickets_solved_before_opened",
        "error",
        "Times to answer and to solve come out negative. Look at the time zone and at"
        " the order of day and month of these columns.",
    ),
    Check(
        "scores_off_scale",
        "error",
        "One score of 99 moves an average more than many answers. It often stands for"
        " no answer: leave it empty in the export.",
    ),
    Check(
        "touches_of_two_variants",
        "error",
        "Who saw two variants tells nothing about either. Ask how customers are"
        " assigned before comparing variants.",
    ),
    Check(
        "refunds_beyond_amounts",
        "error",
        "Revenue comes out too low. Look at whether refunds are in cents while amounts"
        " are not, and at the sign.",
    ),
    Check(
        "orders_negative",
        "warning",
        "An amount below zero lowers revenue, while the order counts as one. Map the"
        " column that says which rows are returns.",
    ),
    Check(
        "orders_without_amount",
        "warning",
        "These orders count, but bring no revenue. Look at how their amounts are"
        " written in the export.",
    ),
    Check(
        "currencies_mixed",
        "warning",
        "Amounts in several currencies have no sum: figures of money are shown for one"
        " at a time, or converted where a file gives exchange rates.",
    ),
    Check(
        "instants_after_loading",
        "warning",
        "Nothing can have happened after its file was loaded. Look at the order of day"
        " and month, the time zone, and test rows.",
    ),
    Check(
        "instants_long_ago",
        "warning",
        "Empty dates often come out as 1900 or 1970, and make cohorts that never were."
        " Leave them empty in the export.",
    ),
    Check(
        "events_before_signup",
        "warning",
        "Nobody uses a product before joining: the sign-up may be the day of a"
        " migration, or ids were given anew. One day may be a matter of time zones.",
    ),
    Check(
        "purchases_before_signup",
        "warning",
        "Many at once are most often dates read with day and month exchanged, or ids of"
        " another tool. See on the Data page how the file's dates are read.",
    ),
    Check(
        "signups_at_once",
        "warning",
        "That many at once is more often a migration than a success: the cohort of that"
        " day mixes old customers with new ones.",
    ),
    Check(
        "customers_sharing_email",
        "warning",
        "If they are one person, that person looks like several who come and go. Give"
        " them one id in the export.",
    ),
    Check(
        "event_names_alike",
        "warning",
        "Each spelling is an event of its own, so that one half looks like nothing"
        " happened. Choose both together where a question asks for an event.",
    ),
    Check(
        "customers_with_most_events",
        "warning",
        "That many events of one customer are more often a robot, a test account or an"
        " id that many share. Leave it out by a filter.",
    ),
    Check(
        "customers_without_signup",
        "note",
        "They joined when they were first seen, which may be late: cohorts by sign-up"
        " then mix with cohorts by first use.",
    ),
    Check(
        "customers_without_trace",
        "note",
        "They signed up and nothing more is known of them: fine where they never came,"
        " else their ids are written differently in the other files.",
    ),
    Check(
        "referrers_unknown",
        "note",
        "Figures of referrals leave them out. Their referrer may have been deleted, or"
        " another kind of id may stand in that column.",
    ),
    Check(
        "payments_failed_for_good",
        "note",
        "They may have left without wanting to: a list for whoever writes to them.",
    ),
    Check(
        "responses_of_unknown_customers",
        "note",
        "These answers count in the score, but cannot be told apart by what is known of"
        " customers. Export the survey with its customer ids.",
    ),
    Check(
        "responses_repeated",
        "note",
        "Each answer counts, so that these customers weigh more than others.",
    ),
    Check(
        "tickets_of_unknown_customers",
        "note",
        "These tickets count, but not for any customer. Look at whether the helpdesk"
        " exports the same ids as the other tools.",
    ),
    Check(
        "attributes_with_one_value",
        "note",
        "What is the same for all tells nobody apart. Nothing needs to be done.",
    ),
)

_BY_NAME = {each.name: each for each in CHECKS}


def check_of(name: str) -> Check:
    """Return the check of that name.

    Raises:
        SpecError: There is none.
    """
    if name not in _BY_NAME:
        raise SpecError(
            "unknown_check",
            f"There is no check {name!r}.",
            f"Choose one of {', '.join(_BY_NAME)}.",
        )
    return _BY_NAME[name]


def run(
    dataset: Dataset,
    loaded_at: datetime | None,
    progress: Callable[[str, float], None] | None = None,
    cancellation: Cancellation | None = None,
) -> tuple[Finding, ...]:
    """Ask every check how much it finds; kept for the dataset.

    Args:
        dataset: What is checked.
        loaded_at: When its latest file was loaded, UTC.
        progress: Told the check in words and the share done.
        cancellation: Wish to stop.

    Returns:
        One finding a check, in the order of ``CHECKS``.

    Raises:
        CancelledError: Somebody asked to stop.
    """
    kept = found_before(dataset, loaded_at)
    if kept is not None:
        return kept
    findings = []
    for position, check in enumerate(CHECKS):
        if progress is not None:
            progress(check.title, position / len(CHECKS))
        findings.append(_find(dataset, check, loaded_at, cancellation))
    found = tuple(findings)
    dataset.keep(_key(loaded_at), found)
    return found


def found_before(
    dataset: Dataset, loaded_at: datetime | None
) -> tuple[Finding, ...] | None:
    """Return what ``run`` found before, without asking again; None if it did not."""
    kept: tuple[Finding, ...] | None = dataset.recall(_key(loaded_at))
    return kept


def rows_of(
    dataset: Dataset,
    check: Check,
    loaded_at: datetime | None,
    most: int | None = None,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """Return the rows that offend, the gravest first, as the check's header says.

    Args:
        dataset: What is checked.
        check: The check.
        loaded_at: When the dataset's latest file was loaded, UTC.
        most: How many rows at most; None means all.
        cancellation: Wish to stop.

    Raises:
        CancelledError: Somebody asked to stop.
        DatasetError: The engine stopped the query.
    """
    query = check.query
    return dataset.frame(query.text, _values(query, loaded_at, most), cancellation)


def summary(findings: tuple[Finding, ...]) -> pd.DataFrame:
    """Return what was found as a table: one row a check, what was found first.

    Columns: severity, check (its name), title, rows, customers; rows and customers are
    missing where they could not be counted.
    """
    order = {"error": 0, "warning": 1, "note": 2}
    ranked = sorted(
        findings, key=lambda each: (each.is_passed, order[each.check.severity])
    )
    return pd.DataFrame(
        {
            "severity": [each.check.severity for each in ranked],
            "check": [each.check.name for each in ranked],
            "title": [each.check.title for each in ranked],
            "rows": pd.array([each.rows for each in ranked], dtype="Int64"),
            "customers": pd.array([each.customers for each in ranked], dtype="Int64"),
        }
    )


def _find(
    dataset: Dataset,
    check: Check,
    loaded_at: datetime | None,
    cancellation: Cancellation | None,
) -> Finding:
    query = check.query
    column = CUSTOMER if check.is_about_customers else None
    try:
        rows, customers = dataset.count(
            query.text, _values(query, loaded_at, None), column, cancellation
        )
    except CancelledError:
        raise
    except DatasetError as error:
        # One check that is too much for the engine must not hide the others.
        return Finding(check, None, None, error.sentence)
    return Finding(check, rows, customers)


def _values(
    query: Query, loaded_at: datetime | None, most: int | None
) -> dict[str, Value]:
    values: dict[str, Value] = {"most": most, "loaded_at": loaded_at}
    return {entry.name: values[entry.name] for entry in query.params}


def _key(loaded_at: datetime | None) -> tuple[str, datetime | None]:
    return ("checks", loaded_at)
