"""What a customer is worth, told in three ways that do not assume the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.earnings import (
    MONTH_DAYS,
    Source,
    earned_currency,
    price_attribute,
    purchase_relations,
    told_price,
    value_relations,
)
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.happenings import Cut
from holdfast.occurrence import ACTIVITY, ORDER, SUBSCRIPTION
from holdfast.population import Population, Relation, Unit, population
from holdfast.purchase_models import (
    NotFittedError,
    never_stops,
)
from holdfast.query import Value
from holdfast.questions import ask, asking, buying_value, early_value, value_words
from holdfast.questions.amounts import currency_caveats
from holdfast.questions.buying_value import WEEK, Buying
from holdfast.questions.life_value import lives_of, stay
from holdfast.questions.survival import Sign, Survival, lapse_days, sign_of_life

Way = Literal["first_days", "lives", "purchases"]
"""Revenue of the first days; lives times what they bring; a model of purchases."""


@dataclass(frozen=True)
class LifetimeValue:
    """What is asked about the worth of a customer.

    Attributes:
        source: Where money is told. ``auto`` takes, with subscriptions, paid payments,
            else prices agreed; without, orders, else payments, else an attribute
            whose name says that it is a price of a month.
        currency: What money is counted in; empty for the most usual one.
        price: The attribute that says what a customer pays a month, for ``attribute``.
        start: Days count from the first money, or from the sign-up.
        margin: Percent of the revenue that is kept.
        horizon: Up to how many periods, from the start or from now on.
        discount: Percent that money loses from one period to the next.
        period_days: Days in a period; 0 for a month, a twelfth of 365 days.
        tested_from: First local day that the model of purchases is tested on; none for
            the middle of the observed time.
        unit: What is counted.
        as_of: An earlier end of the observed time.
    """

    source: Literal["auto", "orders", "payments", "subscriptions", "attribute"] = "auto"
    currency: str = ""
    price: str = ""
    start: Literal["first", "signup"] = "first"
    margin: float = 100.0
    horizon: int = 36
    discount: float = 0.0
    period_days: int = 0
    tested_from: date | None = None
    unit: Unit = "customer"
    as_of: date | None = None

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing.

        Raises:
            SpecError: One of them is out of its range.
        """
        if not (0 <= self.margin <= 100 and 0 <= self.discount <= 100):
            raise SpecError(
                "percent_outside",
                "Margin and discount are percentages.",
                "Choose them from 0 to 100.",
            )
        if not 1 <= self.horizon <= 120:
            raise SpecError(
                "horizon_outside",
                f"A horizon of {self.horizon} periods is not answered.",
                "Choose one from 1 to 120.",
            )

    @property
    def period(self) -> float:
        """Days in a period."""
        return float(self.period_days or MONTH_DAYS)


@dataclass(frozen=True)
class Question:
    """A spec made ready for one dataset.

    Attributes:
        source: Where the money is told.
        currency: What it is counted in.
        time: What was observed; none of an attribute, which has no days.
        members: Who is in view.
        relations: What statements about them read.
    """

    source: Source
    currency: str
    time: asking.ObservedTime | None
    members: Population
    relations: dict[str, Relation]


def answer(
    dataset: Dataset,
    spec: LifetimeValue,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer what a customer is worth.

    Returns:
        ``frame``: one row per way and segment with the value of a customer and its 95 %
        interval. ``extras``: ``assumptions`` and ``refusals`` in words; ``cohorts`` and
        ``pooled`` of the first days; ``lives``; ``contract_model``; and where purchases
        suit the model, ``purchase_model``, ``predictions`` by earlier purchases and
        ``holdout``, predicted against actual.

    Raises:
        SpecError: The data tell no money, or not the source asked for.
    """
    spec = _with_price(dataset, spec)
    question = prepared(dataset, spec, filters, cancellation)
    extras: dict[str, pd.DataFrame] = {}
    refusals: dict[str, str] = {}
    values: dict[str, Value] = {"has_segments": bool(question.members.segments)}
    query = "customer_worth"
    rows = []
    if question.time is not None:
        query = "lifetime_value"
        values["as_of_on"] = question.time.as_of
        rows += _first_days(dataset, spec, question, values, extras, cancellation)
        if not rows:
            refusals["first_days"] = value_words.NO_COHORT
    else:
        refusals["first_days"] = value_words.NO_DAYS
    worth = asking.run(
        dataset,
        "customer_worth",
        question.members,
        question.relations,
        values,
        cancellation,
    )
    try:
        rows += _lives(dataset, spec, filters, question, worth, extras, cancellation)
    except SpecError as problem:
        refusals["lives"] = f"{problem.sentence} {problem.remedy}"
    try:
        rows += _purchases(dataset, spec, question, extras, cancellation)
    except NotFittedError as problem:
        refusals["purchases"] = value_words.unsuited(str(problem))
    frame = pd.DataFrame(rows, columns=_COLUMNS).assign(currency=question.currency)
    extras["assumptions"] = value_words.assumptions(spec, question.source, extras)
    extras["refusals"] = pd.DataFrame(
        list(refusals.items()), columns=["way", "sentence"]
    )
    time = question.time
    return Answer(
        question="lifetime_value",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=value_words.sentence(spec, frame, question.currency),
        sql=asking.shown(query, question.members, question.relations, values),
        as_of=time.as_of if time else None,
        n=question.members.units,
        extras=extras,
        caveats=(
            *(Caveat(f"no_{way}", text) for way, text in refusals.items()),
            *currency_caveats(
                dataset,
                question.currency,
                question.source,
                is_of_everyone=question.source in ("orders", "payments"),
            ),
            *value_words.caveats(dataset, spec, question.source, frame),
            *asking.account_caveat(question.members),
            *(asking.hole_caveat(dataset, time) if time else ()),
            *asking.stranger_caveat(dataset),
        ),
    )


def source_of(dataset: Dataset, spec: LifetimeValue) -> Source:
    """Return where the money is told.

    Raises:
        SpecError: The data do not tell it, or not there.
    """
    there = dataset.observed
    order: tuple[Source, ...] = ("orders", "payments")
    if "subscriptions" in there:
        order = ("payments", "subscriptions", "orders")
    known = [name for name in order if name in there]
    if spec.source == "attribute" or (spec.source == "auto" and spec.price):
        return "attribute"
    if spec.source == "auto" and not known and told_price(dataset):
        return "attribute"
    if spec.source == "auto" and known:
        for name in known:
            try:
                earned_currency(dataset, name, spec.currency)
            except SpecError:
                continue
            return name
        return known[0]
    if spec.source in known:
        return spec.source
    missing = "no money" if spec.source == "auto" else f"no {spec.source}"
    raise SpecError(
        "no_money",
        f"The data tell {missing}, so nobody's worth is known.",
        "Load orders, payments or subscriptions with a price, or choose the attribute"
        " that says what a customer pays a month.",
    )


def _with_price(dataset: Dataset, spec: LifetimeValue) -> LifetimeValue:
    """Name the attribute that is read where nothing else tells money."""
    if spec.source == "auto" and source_of(dataset, spec) == "attribute":
        return replace(spec, price=spec.price or told_price(dataset))
    return spec


def prepared(
    dataset: Dataset,
    spec: LifetimeValue,
    filters: Filters,
    cancellation: Cancellation | None,
) -> Question:
    """Find out where the money is told, and what is to be read.

    Raises:
        SpecError: The data tell no money, or not the source asked for.
    """
    source = source_of(dataset, spec)
    currency = earned_currency(dataset, source, spec.currency)
    if source == "attribute":
        found = population(dataset, filters, spec.unit, cancellation)
        relations = price_attribute(dataset, found, spec.price)
        return Question(source, currency, None, found, relations)
    time = _time(dataset, source, spec.as_of)
    found = population(dataset, filters, spec.unit, cancellation, time.cut.before)
    relations = value_relations(
        dataset,
        found,
        source,
        currency,
        time.as_of,
        from_signup=spec.start == "signup",
        cancellation=cancellation,
    )
    if source == "orders":
        relations |= purchase_relations(
            dataset, found, currency, time.as_of, cancellation
        )
    return Question(source, currency, time, found, relations)


def _time(dataset: Dataset, source: Source, as_of: date | None) -> asking.ObservedTime:
    if source == "orders":
        return asking.observed_time(dataset, ORDER, as_of)
    if source == "subscriptions" or "subscriptions" in dataset.observed:
        return asking.observed_time(dataset, SUBSCRIPTION, as_of)
    seen = dataset.observed["payments"]
    end = min(as_of or seen.as_of, seen.until_on)
    return asking.ObservedTime(end, end, seen.from_on, Cut(as_of))


def _first_days(
    dataset: Dataset,
    spec: LifetimeValue,
    question: Question,
    values: dict[str, Value],
    extras: dict[str, pd.DataFrame],
    cancellation: Cancellation | None,
) -> list[dict[str, Any]]:
    counts = asking.run(
        dataset,
        "lifetime_value",
        question.members,
        question.relations,
        values,
        cancellation,
    )
    extras["cohorts"] = early_value.cohort_values(counts, spec.margin, dataset.min_n)
    pooled = early_value.pooled_values(counts, spec.margin, dataset.min_n)
    extras["pooled"] = pooled
    if pooled.empty:
        return []
    # All segments are told over the same days, so that they can be compared.
    days = pooled.loc[pooled["segment"] == pooled["segment"].iloc[0], "days"].max()
    return [
        _row("first_days", row["segment"], row, float(days / spec.period), days=days)
        for _, row in pooled[pooled["days"] == days].iterrows()
    ]


def _lives(
    dataset: Dataset,
    spec: LifetimeValue,
    filters: Filters,
    question: Question,
    worth: pd.DataFrame,
    extras: dict[str, pd.DataFrame],
    cancellation: Cancellation | None,
) -> list[dict[str, Any]]:
    asked = survival_spec(dataset, spec, question.source)
    lives = ask(dataset, asked, filters, cancellation)
    units = lives.extras["summary"]
    if units.empty:
        raise SpecError(
            "no_lives", "Nobody in view can be followed.", "Take a filter away."
        )
    length = MONTH_DAYS if units["unit"].iloc[0] == "months" else 1.0
    lapse = lapse_of(dataset, asked, cancellation)
    amounts = {
        name: (int(payers), float(amount))
        for name, payers, amount in worth.itertuples(index=False)
    }
    rows, found, models = [], [], []
    for segment, curve in lives.frame.groupby("segment", sort=False):
        life = lives_of(curve, length / spec.period, lapse)
        told = stay(life, spec.horizon, spec.discount / 100)
        customers = int(curve["at_risk"].max())
        payers, amount = amounts.get(str(segment), (0, np.nan))
        if question.source in ("orders", "payments"):
            lived = life.total()
            each = amount / lived if lived > 0 else np.nan
        else:
            each = amount / payers * spec.period / MONTH_DAYS if payers else np.nan
        gain = each * spec.margin / 100
        # Who gets back more than was paid is worth less the longer the stay.
        shortest, longest = ("lower", "upper") if not gain < 0 else ("upper", "lower")
        found.append(
            {
                "segment": segment,
                "customers": customers,
                "payers": payers,
                "each_period": each,
                **told,
            }
        )
        if life.model is not None:
            models.append({"segment": segment, **life.model._asdict()})
        rows.append(
            _row(
                "lives",
                str(segment),
                {
                    "customers": customers,
                    "value": gain * told["periods"],
                    "value_lower": gain * told[f"periods_{shortest}"],
                    "value_upper": gain * told[f"periods_{longest}"],
                    "is_small": customers < dataset.min_n,
                },
                told["reach"],
                extended=gain * told["extended"],
            )
        )
    extras["lives"] = pd.DataFrame(found)
    extras["contract_model"] = pd.DataFrame(
        models, columns=["segment", "alpha", "beta", "log_likelihood"]
    )
    return rows


def survival_spec(dataset: Dataset, spec: LifetimeValue, source: Source) -> Survival:
    """Return how long customers stay is asked where money is told by a source."""
    sign: Sign = "auto"
    if source == "orders":
        sign = "order"
    elif source == "attribute" and "tenure_months" in dataset.attributes:
        sign = "tenure"
    elif source != "attribute" and "subscriptions" in dataset.observed:
        sign = "subscription"
    return Survival(sign=sign, unit=spec.unit, as_of=spec.as_of)


def lapse_of(
    dataset: Dataset, asked: Survival, cancellation: Cancellation | None
) -> int:
    """Return the days of silence that end a life; none where its end is told."""
    shown_by = {"order": ORDER, "activity": ACTIVITY}.get(
        sign_of_life(dataset, asked.sign)
    )
    if shown_by is None:
        return 0
    cut = asking.observed_time(dataset, shown_by, asked.as_of).cut
    return lapse_days(dataset, shown_by, cut, cancellation)


def fitted(
    dataset: Dataset,
    spec: LifetimeValue,
    question: Question,
    cancellation: Cancellation | None,
) -> tuple[Buying, float]:
    """Fit the model of purchases; return it with the share of sales that is kept.

    Raises:
        NotFittedError: The model does not suit the data.
    """
    if spec.source != "orders" and "subscriptions" in dataset.observed:
        raise NotFittedError(value_words.CONTRACTS)
    if question.source != "orders" or question.time is None:
        raise NotFittedError(value_words.NOT_ORDERS)
    fit = buying_value.fitted(
        dataset,
        question.members,
        question.relations,
        question.time.as_of,
        cancellation,
    )
    sales = float(fit.groups["sales_amount"].sum())
    returned = float(fit.groups["returned_amount"].sum())
    kept = 1 - returned / sales if sales > 0 else 0.0
    return fit, max(kept, 0.0) * spec.margin / 100


def tested_from(spec: LifetimeValue, time: asking.ObservedTime) -> date:
    """Return the first local day that the model of purchases is tested on."""
    return spec.tested_from or time.from_on + (time.as_of - time.from_on) // 2


def _purchases(
    dataset: Dataset,
    spec: LifetimeValue,
    question: Question,
    extras: dict[str, pd.DataFrame],
    cancellation: Cancellation | None,
) -> list[dict[str, Any]]:
    fit, kept = fitted(dataset, spec, question, cancellation)
    assert question.time is not None
    period = spec.period / WEEK
    valued = buying_value.values(fit, spec.horizon, period, spec.discount / 100, kept)
    error = buying_value.value_error(fit, spec.horizon, period)
    extras["purchase_model"] = pd.DataFrame(
        [
            {
                **dict(zip(("r", "alpha", "a", "b"), fit.buying[:4], strict=True)),
                "log_likelihood": fit.buying.log_likelihood,
                "p": fit.spending.p,
                "q": fit.spending.q,
                "gamma": fit.spending.gamma,
                "never_stops": never_stops(fit.buying),
                "kept_share": kept,
                "amount_link": fit.amount_link,
                "step_days": fit.step_days,
                "customers": int(fit.groups["customers"].sum()),
            }
        ]
    )
    extras["predictions"] = buying_value.by_frequency(valued)
    cut = tested_from(spec, question.time)
    try:
        before = buying_value.fitted(
            dataset, question.members, question.relations, cut, cancellation
        )
        weeks = (question.time.as_of - cut) / timedelta(weeks=1)
        extras["holdout"] = buying_value.holdout(before, weeks).assign(
            tested_from=pd.Timestamp(cut), never_stops=never_stops(before.buying)
        )
    except NotFittedError as problem:
        extras["holdout_refused"] = pd.DataFrame({"sentence": [str(problem)]})
    means = buying_value.mean_values(valued, error)
    return [
        _row(
            "purchases",
            row["segment"],
            {
                "customers": row["customers"],
                "value": row["value"],
                "value_lower": row["lower"],
                "value_upper": row["upper"],
                "is_small": row["customers"] < dataset.min_n,
            },
            float(spec.horizon),
        )
        for _, row in means.iterrows()
    ]


_COLUMNS = [
    *("way", "segment", "customers", "periods", "days", "value", "value_lower"),
    *("value_upper", "extended", "is_small"),
]


def _row(
    way: Way,
    segment: str,
    figures: Any,
    periods: float,
    days: float = np.nan,
    extended: float = np.nan,
) -> dict[str, Any]:
    return {
        "way": way,
        "segment": segment,
        "periods": periods,
        "days": days,
        "extended": extended,
        **{
            name: figures[name]
            for name in ("customers", "value", "value_lower", "value_upper", "is_small")
        },
    }
