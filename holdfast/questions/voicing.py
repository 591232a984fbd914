"""What questions about scores and behaviour share: which survey, whose lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from holdfast.answer import Caveat
from holdfast.cancellation import Cancellation
from holdfast.currencies import chosen_currency
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.population import Relation
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.amounts import unpriced_caveats
from holdfast.questions.leaving import Leaving, Spells, prepared, sign_caveat
from holdfast.questions.surveying import check_question, several_questions
from holdfast.score_groups import GROUP_KEYS, GROUPS
from holdfast.survey_scales import Kind, Reading
from holdfast.voices import surveys_of

NO_ANSWERS = "no_answers"
"""Code of the refusal where nobody answered the survey."""


@dataclass(frozen=True)
class Voicing(Leaving):
    """What is asked about scores and what their givers do.

    Attributes:
        survey: Which kind of survey: nps, csat or ces.
        question: Its wording, ``(none)`` where the export does not say; empty for all
            of the kind.
        scale: Least and greatest point, such as 1-5; empty for what the workspace
            keeps, else the usual one of the kind, or a guess where that does not fit.
        blank: Scores that stand for no score, such as 0; empty for what is kept.
        not_applicable: Scores that stand for "does not apply", such as 6,99.
        currency: What money is counted in; empty for the workspace's setting, else
            the one of most customers.
    """

    survey: Kind = "nps"
    question: str = ""
    scale: str = ""
    blank: str = ""
    not_applicable: str = ""
    currency: str = ""

    @property
    def reading(self) -> Reading:
        """How scores are read."""
        return Reading(self.scale, self.blank, self.not_applicable)


def prepared_voices(
    dataset: Dataset,
    spec: Voicing,
    filters: Filters,
    cancellation: Cancellation | None,
) -> tuple[Spells, str | None]:
    """Find out who was a customer when, and what money is counted in.

    Raises:
        SpecError: Nobody who is known answered the survey, or the data do not tell
            who is a customer.
    """
    if spec.survey not in surveys_of(dataset):
        raise SpecError(
            NO_ANSWERS,
            f"The data have no dated answers of known customers to a survey of the"
            f" kind {spec.survey.upper()}.",
            "Load an export of the survey with the customer's id or address, the score"
            " and the time of the answer.",
        )
    check_question(dataset, spec.survey, spec.question)
    spells = prepared(dataset, spec, filters, cancellation)
    currency = None
    if spells.sign == "subscription":
        try:
            currency = chosen_currency(dataset, spec.currency)
        except SpecError as problem:
            if problem.code != "no_prices":
                raise
    return spells, currency


def group_name(survey: Kind, group: str) -> str:
    """Name a group of a survey, such as Detractors."""
    return GROUPS[survey][GROUP_KEYS.index(group)]


def shared_caveats(
    dataset: Dataset,
    spec: Voicing,
    spells: Spells,
    currency: str | None,
    relations: dict[str, Relation],
    cancellation: Cancellation | None,
) -> list[Caveat]:
    """Say who is left out, what a customer is, and what cannot be known."""
    values: dict[str, Value] = {"as_of_on": spells.time.as_of}
    row = asking.run(
        dataset, "scores_left_out", spells.members, relations, values, cancellation
    ).iloc[0]
    caveats = [sign_caveat(spells.sign, spec.ending, spells.lapse)]
    if not spec.question:
        caveats.extend(several_questions(dataset, spec.survey, spec.reading))
    every = asking.counted(int(row["answers"]), "answer")
    for name, said in _LEFT_OUT.items():
        number = int(row[name])
        if number:
            told = said[number != 1].format(every=every, number=f"{number:,}")
            caveats.append(Caveat(name, told))
    if spells.sign == "subscription" and currency is None:
        caveats.append(
            Caveat(
                "no_prices",
                "No subscription has a price, so nothing can be told in money. Load an"
                " export with prices.",
            )
        )
    elif currency is not None:
        caveats.extend(
            unpriced_caveats(
                dataset, spells.members, currency, spells.time.as_of, cancellation
            )[1]
        )
    else:
        caveats.append(
            Caveat(
                "no_subscriptions",
                "Without subscriptions there is no MRR: who left is judged by silence,"
                " and money is on the page about value.",
            )
        )
    caveats.extend(asking.account_caveat(spells.members))
    caveats.extend(asking.stranger_caveat(dataset))
    return caveats


def day_after(last: date | None, as_of: date) -> date:
    """Return the day after the last one that is looked at."""
    return as_of if last is None else min(as_of, date.fromordinal(last.toordinal() + 1))


_LEFT_OUT = {
    "unknown_people": (
        "Of {every}, {number} is of somebody who is in no other file: it is in the"
        " scores, but nothing is known of what came after.",
        "Of {every}, {number} are of people who are in no other file: they are in the"
        " scores, but nothing is known of what came after.",
    ),
    "undated": (
        "{number} answer has no date and is left out here.",
        "{number} answers have no date and are left out here.",
    ),
    "not_customers": (
        "{number} answer was given by somebody who was no customer at that time, and is"
        " left out here.",
        "{number} answers were given by people who were no customers at that time, and"
        " are left out here.",
    ),
}
