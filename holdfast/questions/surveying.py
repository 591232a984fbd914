"""What all questions about surveys ask first: which answers, on which scale."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from holdfast.answer import Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import NONE, Filters
from holdfast.occurrence import Occurrence
from holdfast.periods import Span, first_day, period_of
from holdfast.population import Population, Relation, Unit, population, suggestion
from holdfast.questions import asking
from holdfast.score_groups import (
    asked_questions,
    knows_questions,
    reading_asked,
)
from holdfast.survey_scales import (
    KINDS,
    NAMES,
    Reading,
    fitting_scale,
    read_codes,
    scale_of,
)
from holdfast.surveys import Survey, check_answers, survey_relations

KindAsked = Literal["auto", "nps", "csat", "ces"]
PerCustomer = Literal["latest", "all"]

NO_ANSWERS = "no_answers"
"""Code of the refusal where no survey is loaded."""


@dataclass(frozen=True)
class Surveying:
    """What is asked about the answers to one question of a survey.

    Attributes:
        kind: ``auto`` takes the first of nps, csat and ces that the data have.
        question: Its wording, ``(none)`` where the export does not say; empty for the
            one with most answers.
        scale: Least and greatest point, such as 1-5; empty for what the workspace
            keeps, else the usual one of the kind, or a guess where that does not fit.
        blank: Scores that stand for no score, such as 0; empty for what is kept.
        not_applicable: Scores that stand for "does not apply", such as 6,99.
        per_customer: The latest score of a customer and period counts, or all.
        span: The length of a period of the trend.
        campaign: Only this campaign or wave; ``(none)`` for answers that name none.
        first: A local day in the first period.
        last: A local day in the last period.
        unit: What is counted.
        as_of: An earlier end of the observed time.
    """

    kind: KindAsked = "auto"
    question: str = ""
    scale: str = ""
    blank: str = ""
    not_applicable: str = ""
    per_customer: PerCustomer = "latest"
    span: Span = "month"
    campaign: str = ""
    first: date | None = None
    last: date | None = None
    unit: Unit = "customer"
    as_of: date | None = None

    @property
    def reading(self) -> Reading:
        """How scores are read."""
        return Reading(self.scale, self.blank, self.not_applicable)


@dataclass(frozen=True)
class Asked:
    """A spec made ready for one dataset.

    Attributes:
        survey: Which answers are looked at.
        surveys: All questions that were asked; see ``queries/answers/surveys.sql``.
        time: The observed time; none where no answer has a date.
        has_unknown: Answers of unknown people are in view.
        found: Who is in view.
        relations: What queries read.
    """

    survey: Survey
    surveys: pd.DataFrame
    time: asking.ObservedTime | None
    has_unknown: bool
    found: Population
    relations: dict[str, Relation]


def surveys(
    dataset: Dataset,
    spec: Surveying | None = None,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the questions that were asked, by kind, those with most answers first.

    Returns:
        One row per kind and question; see ``queries/answers/surveys.sql``.

    Raises:
        SpecError: No survey is loaded.
    """
    spec = spec or Surveying()
    check_answers(dataset)
    time = _time(dataset, spec)
    before = time.cut.before if time else None
    frame = asked_questions(dataset, before=before, cancellation=cancellation)
    if frame.empty:
        raise SpecError(
            NO_ANSWERS,
            "The workspace has no answers to surveys.",
            "Load an export of a survey tool, or a table with a score and, if you"
            " have them, customer and time.",
        )
    reading = reading_asked(dataset, _kind_of(frame, spec), spec.reading)
    codes = read_codes(reading.blank), read_codes(reading.not_applicable)
    if not any(codes):
        return frame
    return asked_questions(dataset, *codes, before, cancellation)


def prepared(
    dataset: Dataset,
    spec: Surveying,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Asked:
    """Find out which answers are meant, and who is in view.

    Raises:
        SpecError: No survey is loaded, or the spec does not fit the data.
    """
    asked = surveys(dataset, spec, cancellation)
    time = _time(dataset, spec)
    row = _survey_of(asked, spec)
    reading = reading_asked(dataset, row["kind"], spec.reading)
    codes = read_codes(reading.blank), read_codes(reading.not_applicable)
    scale = reading.scale or fitting_scale(row["kind"], dict(row))
    campaigns: tuple[str | None, ...] = ()
    if spec.campaign:
        campaigns = (None if spec.campaign == NONE else spec.campaign,)
        known = [NONE, *row["campaigns"]]
        if spec.campaign not in known:
            raise SpecError(
                "unknown_campaign",
                f"The survey has no campaign {spec.campaign!r}.",
                suggestion(spec.campaign, known),
            )
    first_on, until_on = _range(dataset, spec)
    if time is not None and time.cut.before is not None:
        until_on = min(until_on or time.cut.before, time.cut.before)
    survey = Survey(
        kind=str(row["kind"]),
        question=None if pd.isna(row["question"]) else str(row["question"]),
        scale=scale_of(row["kind"], scale),
        blank=tuple(codes[0]),
        not_applicable=tuple(codes[1]),
        campaigns=campaigns,
        first_on=first_on,
        until_on=until_on,
        all_answers=spec.per_customer == "all",
        span=spec.span,
    )
    found = population(dataset, filters, spec.unit, cancellation)
    has_unknown = not filters.filters and spec.unit == "customer"
    has_unknown = has_unknown and bool(row["unknown_people"])
    relations = survey_relations(dataset, found, survey, has_unknown, cancellation)
    return Asked(survey, asked, time, has_unknown, found, relations)


def _time(dataset: Dataset, spec: Surveying) -> asking.ObservedTime | None:
    if "responses" not in dataset.observed:
        return None
    return asking.observed_time(dataset, Occurrence("response"), spec.as_of)


def _survey_of(asked: pd.DataFrame, spec: Surveying) -> pd.Series:
    """Choose the kind and the question: those asked for, else the first."""
    rows = asked[asked["kind"] == _kind_of(asked, spec)]
    if rows.empty:
        raise SpecError(
            "no_such_kind",
            f"The workspace has no answers to {NAMES[spec.kind]}.",
            f"There are answers to {_listed(asked)}.",
        )
    if spec.question:
        rows = _of_question(rows, spec.question)
    row: pd.Series = rows.iloc[0]
    return row


def _kind_of(asked: pd.DataFrame, spec: Surveying) -> str:
    return str(asked["kind"].iloc[0]) if spec.kind == "auto" else spec.kind


def check_question(dataset: Dataset, kind: str, question: str) -> None:
    """Make sure that a question of a survey was asked, if one is named.

    Raises:
        SpecError: Nobody answered it; near names are offered.
    """
    if question:
        check_answers(dataset)
        rows = asked_questions(dataset)
        _of_question(rows[rows["kind"] == kind], question)


def several_questions(dataset: Dataset, kind: str, chosen: Reading) -> list[Caveat]:
    """Say that answers to several questions are taken together, if they are."""
    if not knows_questions(dataset):
        return []
    reading = reading_asked(dataset, kind, chosen)
    codes = read_codes(reading.blank), read_codes(reading.not_applicable)
    rows = asked_questions(dataset, *codes)
    rows = rows[(rows["kind"] == kind) & (rows["scored"] > 0)]
    if len(rows) < 2:
        return []
    said = (
        f"Answers to {len(rows)} {NAMES[kind]} questions are taken together. Choose one"
        " to look at it alone."
    )
    scales = {fitting_scale(kind, dict(row)) for _, row in rows.iterrows()}
    if len(scales) > 1 and not reading.scale:
        listed = " and ".join(each.replace("-", " to ") for each in sorted(scales))
        said = (
            f"Answers to {len(rows)} {NAMES[kind]} questions are taken together, though"
            f" their scales look like {listed}. Choose one question."
        )
    return [Caveat("several_questions", said)]


def _of_question(rows: pd.DataFrame, question: str) -> pd.DataFrame:
    """Keep the row of a question."""
    named = rows["question"].fillna(NONE)
    found = rows[named == question]
    if found.empty:
        raise SpecError(
            "unknown_question",
            f"Nobody answered the question {question!r}.",
            suggestion(question, named),
        )
    return found


def _listed(asked: pd.DataFrame) -> str:
    return " and ".join(NAMES[kind] for kind in KINDS if kind in set(asked["kind"]))


def _range(dataset: Dataset, spec: Surveying) -> tuple[date | None, date | None]:
    """Widen the days asked for to whole periods."""
    ends: list[date | None] = []
    for day, more in ((spec.first, 0), (spec.last, 1)):
        if day is None:
            ends.append(None)
            continue
        period = period_of(day, spec.span, dataset.week_start) + more
        ends.append(first_day(period, spec.span, dataset.week_start))
    return ends[0], ends[1]
