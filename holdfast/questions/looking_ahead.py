"""Where the months ahead start from: who is there, what they pay, who joins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.earnings import (
    MONTH_DAYS,
    Source,
    earned_currency,
    earning_relations,
    told_price,
)
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.measures import money_text, percent
from holdfast.periods import day_label
from holdfast.population import TOTAL
from holdfast.query import Value
from holdfast.questions import ask, asking, projection
from holdfast.questions.leaving import Leaving, Spells, prepared
from holdfast.questions.life_value import lives_of
from holdfast.questions.lifetime_value import LifetimeValue, source_of, survival_spec
from holdfast.questions.projection import Basis
from holdfast.questions.survival import Survival, sign_of_life
from holdfast.stats import LifeTable

_YEAR = 365
# A part of a year that differs by less from all of it is as good.
_SEASON = 0.05


@dataclass(frozen=True)
class Ahead:
    """What the data say of the months ahead.

    Attributes:
        basis: Where the arithmetic starts from.
        currency: That of its money.
        notes: How it was told, in words.
        sql: The main query.
        as_of: End (exclusive) of the observed time; none where there are no dates.
        people: How many were followed.
        caveats: What makes it doubtful.
        source: Where its money is told; none where somebody entered it.
    """

    basis: Basis
    currency: str
    notes: list[str]
    sql: str
    as_of: date | None
    people: int
    caveats: tuple[Caveat, ...] = ()
    source: Source | None = None


def ahead_of(
    dataset: Dataset,
    asked: LifetimeValue,
    paid: float | None,
    joining: float | None,
    filters: Filters,
    cancellation: Cancellation | None,
) -> Ahead:
    """Tell where customers in view start from.

    Args:
        dataset: What is asked.
        asked: Where money is told.
        paid: What a customer pays a month; none for what the data say.
        joining: How many join a month; none for what the data say.
        filters: Who is in view.
        cancellation: Lets another thread stop the work.

    Raises:
        SpecError: The data do not say what customers pay or how long they stay.
    """
    source: Source | None = None
    lives = Survival(unit=asked.unit, as_of=asked.as_of)
    try:
        source = _source(dataset, asked)
        currency = earned_currency(dataset, source, asked.currency)
        price = asked.price or told_price(dataset)
        asked = replace(asked, source=source, currency=currency, price=price)
        lives = survival_spec(dataset, asked, source)
    except SpecError:
        # Whoever enters what customers pay needs no money in the data.
        if paid is None:
            raise
    told_by = source if paid is None else None
    sign = sign_of_life(dataset, lives.sign)
    if sign not in ("order", "activity"):
        found = _of_lives(
            dataset, asked, source, lives, paid, joining, filters, cancellation
        )
        return replace(found, source=told_by)
    if source == "attribute" and paid is None:
        paid = _each(ask(dataset, asked, filters, cancellation))
    leaving = Leaving(lives.sign, unit=asked.unit, as_of=asked.as_of)
    spells = prepared(dataset, leaving, filters, cancellation)
    found = _of_spells(
        dataset, spells, source, asked.currency, paid, joining, cancellation
    )
    return replace(found, source=told_by)


def _source(dataset: Dataset, asked: LifetimeValue) -> Source:
    """Prefer prices agreed: they say what is paid a month today."""
    if asked.source == "auto" and not asked.price:
        try:
            earned_currency(dataset, "subscriptions", asked.currency)
        except SpecError:
            return source_of(dataset, asked)
        return "subscriptions"
    return source_of(dataset, asked)


def _of_lives(
    dataset: Dataset,
    asked: LifetimeValue,
    source: Source | None,
    lives: Survival,
    paid: float | None,
    joining: float | None,
    filters: Filters,
    cancellation: Cancellation | None,
) -> Ahead:
    """Start from lives whose end is told: subscriptions, or tenures."""
    curve = ask(dataset, lives, filters, cancellation)
    rows = curve.frame[curve.frame["segment"] == TOTAL]
    if rows.empty:
        raise _nobody()
    is_in_months = curve.extras["summary"]["unit"].iloc[0] == "months"
    life = lives_of(rows, 1.0 if is_in_months else 1 / MONTH_DAYS)
    here = float(rows["censored"].sum())
    notes = []
    if source is not None and (paid is None or joining is None):
        worth = ask(dataset, asked, filters, cancellation)
        if joining is None:
            joining = _joining(worth)
            notes.append(_joining_note(joining))
        if paid is None:
            paid = _each(worth)
            if source != "payments" and here:
                told = worth.extras["lives"]
                payers = float(told.loc[told["segment"] == TOTAL, "payers"].sum())
                # Together they bring what they bring today, also if some pay nothing.
                paid *= payers / here
            notes.append(_PAID[source].format(price=asked.price))
    elif joining is None:
        notes.append(_joining_note(None))
    basis = projection.basis_of_lives(life, dataset.min_n, float(paid or 0), joining)
    return Ahead(basis, asked.currency, notes, curve.sql, curve.as_of, curve.n)


def _of_spells(
    dataset: Dataset,
    found: Spells,
    source: Source | None,
    currency: str,
    paid: float | None,
    joining: float | None,
    cancellation: Cancellation | None,
) -> Ahead:
    """Start from customers who are some until a silence, such as those of a shop.

    Who is one, when one begins and what one brings are all told by the same spells, so
    that a shop in balance stays in balance.
    """
    time = found.time
    observed = (time.as_of - time.from_on).days
    # Before this day an old customer and a new one look the same.
    known_from = time.from_on + timedelta(days=min(found.lapse, observed // 2))
    later = (time.as_of - known_from).days
    counted_from = time.as_of - timedelta(days=min(later, _YEAR))
    late_from = time.as_of - timedelta(days=min(max(later // 2, 1), _YEAR))
    values: dict[str, Value] = {
        "known_from_on": known_from,
        "counted_from_on": counted_from,
        "late_from_on": late_from,
        "as_of_on": time.as_of,
    }
    rows = asking.run(
        dataset, "spell_lengths", found.members, found.relations, values, cancellation
    )
    if rows.empty:
        raise _nobody()
    months = (time.as_of - counted_from).days / MONTH_DAYS
    span = f"{day_label(counted_from)} to {day_label(time.as_of - timedelta(days=1))}"
    here = int(rows["still"].sum())
    caveats: list[Caveat] = []
    notes = [
        f"A customer is who was there in the last {asking.counted(found.lapse, 'day')}:"
        f" {here:,} are. Who comes back after a longer silence joins anew."
    ]
    if joining is None:
        joining = float(rows["begun"].sum()) / months
        notes.append(f"{joining:,.1f} join or come back a month, as on average {span}.")
    if paid is None and source is not None:
        amount = _earned(dataset, found, source, currency, counted_from, cancellation)
        year = _earned(
            dataset,
            found,
            source,
            currency,
            time.as_of - timedelta(days=_YEAR),
            cancellation,
        )
        lived = float(rows["counted_days"].sum()) / MONTH_DAYS
        if lived <= 0:
            raise _nothing_paid()
        whole = min(observed, _YEAR)
        lately, usual = amount / months, year / whole * MONTH_DAYS
        # A part of a year may be its season, so all of it is taken where it is known.
        is_of_year = later < _YEAR <= observed and here > 0
        if is_of_year:
            paid = usual / here
            notes.append(
                f"A customer brings {money_text(paid, currency)} a month: the last"
                f" {asking.counted(_YEAR, 'day')} brought {money_text(year, currency)},"
                f" {money_text(usual, currency)} in a month on average, which the"
                f" {here:,} who are customers now bring in the first month."
            )
        else:
            paid = amount / lived
            notes.append(
                f"A customer brings {money_text(paid, currency)} a month, as {span}:"
                f" all that came in, {money_text(amount, currency)}, by the"
                f" {lived:,.0f} months that customers were there together."
            )
            notes.append(
                f"To compare: the {asking.counted(whole, 'day')} before brought"
                f" {money_text(year, currency)}."
            )
        if later < _YEAR and abs(lately - usual) > _SEASON * abs(usual):
            caveats.append(
                _not_of_season(span, lately, usual, currency)
                if is_of_year
                else _season(span, lately, whole, usual, currency)
            )
    if known_from > time.from_on:
        hidden = asking.counted((known_from - time.from_on).days, "day")
        notes.append(
            f"Who was there in the first {hidden} of the data may have come before, so"
            " how long they stay is not told by these."
        )
    basis = projection.basis_of_table(
        _table_of(rows[rows["is_known"]]),
        _ages_of(rows),
        _late_hazard(rows),
        dataset.min_n,
        float(paid or 0),
        float(joining),
    )
    sql = asking.shown("spell_lengths", found.members, found.relations, values)
    return Ahead(
        basis, currency, notes, sql, time.as_of, found.members.units, tuple(caveats)
    )


def _earned(
    dataset: Dataset,
    found: Spells,
    source: Source,
    currency: str,
    since: date,
    cancellation: Cancellation | None,
) -> float:
    relations = earning_relations(
        dataset, found.members, source, currency, found.time.as_of, cancellation
    )
    told = asking.run(
        dataset,
        "earned_between",
        found.members,
        relations,
        {"counted_from_on": since, "as_of_on": found.time.as_of},
        cancellation,
    )
    return float(told["amount"].iloc[0])


def _table_of(rows: pd.DataFrame) -> LifeTable:
    each = rows.groupby("duration_days")[["ended", "still"]].sum()
    gone = each.sum(axis=1).to_numpy(dtype=float)
    return LifeTable(
        each.index.to_numpy(dtype=float) / MONTH_DAYS,
        np.cumsum(gone[::-1])[::-1],
        each["ended"],
        each["still"],
    )


def _ages_of(rows: pd.DataFrame) -> projection.Floats:
    months = np.floor(rows["duration_days"] / MONTH_DAYS).to_numpy(dtype=int)
    counts = np.bincount(months, weights=rows["still"].to_numpy(dtype=float))
    return counts.astype(np.float64)


def _late_hazard(rows: pd.DataFrame) -> float:
    """Tell how many leave in a month of those who have been there for long."""
    days, ended = float(rows["late_days"].sum()), float(rows["late_ended"].sum())
    if days <= 0:
        lived = rows["duration_days"] * (rows["ended"] + rows["still"])
        days, ended = float(lived.sum()), float(rows["ended"].sum())
    return 1 - float(np.exp(-ended / days * MONTH_DAYS)) if days > 0 else 0.0


def _each(worth: Answer) -> float:
    """Return what a customer brings a month, as the lifetime value was told by.

    Raises:
        SpecError: It cannot be told.
    """
    lives = worth.extras.get("lives")
    each = np.nan
    if lives is not None:
        rows = lives.loc[lives["segment"] == TOTAL, "each_period"]
        each = float(rows.sum(min_count=1))
    if not np.isfinite(each):
        raise _nothing_paid()
    return each


def _joining(worth: Answer) -> float | None:
    """Return the mean of those who started in the last twelve whole months."""
    cohorts = worth.extras.get("cohorts")
    if cohorts is None or worth.as_of is None or cohorts.empty:
        return None
    rows = cohorts[
        (cohorts["segment"] == TOTAL) & (cohorts["days"] == cohorts["days"].min())
    ]
    ends = rows["cohort"] + pd.offsets.MonthBegin(1)
    # People of the first month may be old customers, seen for the first time.
    is_known = (ends <= pd.Timestamp(worth.as_of)) & (
        rows["cohort"] > rows["cohort"].min()
    )
    known = rows[is_known]
    if known.empty:
        return None
    months = known["cohort"].dt.year * 12 + known["cohort"].dt.month
    recent = months > months.max() - 12
    span = int(months.max() - months[recent].min()) + 1
    return float(known.loc[recent, "customers"].sum()) / span


def _joining_note(joining: float | None) -> str:
    if joining is None:
        return "Nobody joins, as the data do not tell how many do. Enter how many."
    return (
        f"{joining:,.1f} join a month, as on average in the last twelve whole months."
    )


def _season(
    span: str, lately: float, days: int, usually: float, currency: str
) -> Caveat:
    """Say that the part of a year that is told by may be an unusual one."""
    kind, wrong = ("better", "high") if lately > usually else ("worse", "low")
    off = percent(abs(lately / usually - 1))
    return Caveat(
        "season",
        f"What customers bring is told by {span}, less than a year, as before that an"
        f" old customer and a new one look the same. These were {kind} times than"
        f" others: {money_text(round(lately), currency)} a month, where all of the last"
        f" {asking.counted(days, 'day')} brought"
        f" {money_text(round(usually), currency)}."
        f" If that is the season and not growth, all figures here are {off} or more too"
        f" {wrong}; enter what a customer brings in a usual month.",
    )


def _not_of_season(span: str, lately: float, usual: float, currency: str) -> Caveat:
    """Say that a year is taken though its last part is unlike the rest."""
    kind, wrong = ("More", "low") if lately > usual else ("Less", "high")
    off = percent(abs(lately / usual - 1)) if usual else "much"
    return Caveat(
        "season",
        f"{kind} came in lately: {money_text(round(lately), currency)} a month,"
        f" {span}, where an average month of the last year brought"
        f" {money_text(round(usual), currency)}. The year is taken, since that may be"
        f" the season. If it is no season and goes on, all figures here are {off} or"
        f" more too {wrong}; enter what a customer brings a month now.",
    )


_PAID: dict[Source, str] = {
    "subscriptions": "A customer pays what those of today pay on average, so the first"
    " month brings today's monthly revenue.",
    "attribute": "A customer pays what those still there pay on average, as {price}"
    " says.",
    "payments": "A customer pays a month what was paid so far by all months of access.",
}


def _nobody() -> SpecError:
    return SpecError(
        "nobody_to_follow",
        "Nobody in view can be followed, so there is nobody to look ahead with.",
        "Take a filter away.",
    )


def _nothing_paid() -> SpecError:
    return SpecError(
        "nothing_paid",
        "What a customer in view brings a month cannot be told.",
        "Enter it, or take a filter away.",
    )
