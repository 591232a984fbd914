"""Who is behind the figures of a customer's worth."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.population import TOTAL
from holdfast.purchase_models import (
    Histories,
    NotFittedError,
    chance_alive,
    discounted_purchases,
    expected_purchases,
    expected_spending,
)
from holdfast.questions import asking, buying_value, value_words
from holdfast.questions.buying_value import WEEK
from holdfast.questions.lifetime_value import (
    LifetimeValue,
    Question,
    fitted,
    prepared,
    tested_from,
)

_KEYS = ["frequency", "recency_days", "age_days"]


def early(
    dataset: Dataset,
    spec: LifetimeValue,
    filters: Filters,
    days: int,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List who started in a month whose first so many days are over for everybody.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        days: As ``pooled`` has them.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account, as many as ``customers`` of ``pooled``; what
        they brought adds up to its ``revenue_amount``.

    Raises:
        SpecError: The money has no days.
    """
    question = prepared(dataset, spec, filters, cancellation)
    if question.time is None:
        raise SpecError("no_days", value_words.NO_DAYS, "See the other two ways.")
    return asking.run(
        dataset,
        "early_value_members",
        question.members,
        question.relations,
        {
            "of_days": days,
            "as_of_on": question.time.as_of,
            "of_segment": None if segment == TOTAL else segment,
        },
        cancellation,
    )


def expected(
    dataset: Dataset,
    spec: LifetimeValue,
    filters: Filters,
    frequency: int = -1,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List customers by how often they bought, and what the model expects of each.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        frequency: Purchases after the first, as ``predictions`` has them; -1 for all.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account, as many as ``customers`` of ``predictions``.

    Raises:
        SpecError: The model of purchases does not suit the data.
    """
    question = prepared(dataset, spec, filters, cancellation)
    try:
        fit, kept = fitted(dataset, spec, question, cancellation)
    except NotFittedError as problem:
        raise _no_model(problem) from problem
    assert question.time is not None
    rows = _bought(
        dataset, question, question.time.as_of, frequency, segment, cancellation
    ).drop(columns="later")
    different, histories = _different(rows)
    period = spec.period / WEEK
    different = different.assign(
        chance_alive=chance_alive(fit.buying, histories),
        expected_purchases=expected_purchases(
            fit.buying, histories, spec.horizon * period
        ),
        discounted=discounted_purchases(
            fit.buying, histories, spec.horizon, period, spec.discount / 100
        ),
    )
    listed = rows.merge(different, on=_KEYS, how="left")
    spending = expected_spending(
        fit.spending, listed["frequency"], listed["mean_value"]
    )
    listed["lifetime_value"] = listed.pop("discounted") * spending * kept
    return listed


def held_out(
    dataset: Dataset,
    spec: LifetimeValue,
    filters: Filters,
    frequency: int,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List whom the model was tested on, what it told of each and what they bought.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        frequency: Purchases after the first one before the test, as ``holdout`` has
            them; -1 for all.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account, as many as ``customers`` of ``holdout``; the
        purchases add up to its own.

    Raises:
        SpecError: The model of purchases does not suit the data.
    """
    question = prepared(dataset, spec, filters, cancellation)
    if question.time is None or question.source != "orders":
        raise _no_model(NotFittedError(value_words.NOT_ORDERS))
    cut = tested_from(spec, question.time)
    try:
        fit = buying_value.fitted(
            dataset, question.members, question.relations, cut, cancellation
        )
    except NotFittedError as problem:
        raise _no_model(problem) from problem
    rows = _bought(dataset, question, cut, frequency, segment, cancellation)
    different, histories = _different(rows)
    weeks = (question.time.as_of - cut) / timedelta(weeks=1)
    different = different.assign(
        predicted_purchases=expected_purchases(fit.buying, histories, weeks)
    )
    listed = rows.merge(different, on=_KEYS, how="left")
    return listed.rename(columns={"later": "actual_purchases"})


def _bought(
    dataset: Dataset,
    question: Question,
    cut: date,
    frequency: int,
    segment: str,
    cancellation: Cancellation | None,
) -> pd.DataFrame:
    return asking.run(
        dataset,
        "lifetime_value_members",
        question.members,
        question.relations,
        {
            "cut_on": cut,
            "least": max(frequency, 0),
            "most": buying_value.most_of(frequency),
            "of_segment": None if segment == TOTAL else segment,
        },
        cancellation,
    )


def _different(rows: pd.DataFrame) -> tuple[pd.DataFrame, Histories]:
    """Give the histories that differ: many have the same, and no model asks more."""
    different = rows[_KEYS].drop_duplicates()
    return different, buying_value.histories_of(different)


def _no_model(problem: NotFittedError) -> SpecError:
    return SpecError(
        "no_model", value_words.unsuited(str(problem)), "See the other two ways."
    )
