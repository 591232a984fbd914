"""Answers to one question of a survey: which count, and who is in view.

Composed beside ``population`` and by its rules. What an answer says depends on no
filter: that is worked out once for everyone and kept.

- ``unit_answers``: one row per answer to the question, of everyone, unknown people
  too; kept. ``status`` is ``scored``, ``unscored`` (no score, or a code for a blank),
  ``not_applicable`` (a code for that) or ``off_scale``; ``score_group`` is ``high``,
  ``middle``, ``low`` or null. Of the scored answers of one unit, ``is_counted`` marks
  the latest of all, ``is_counted_in_period`` and ``is_counted_in_campaign`` the latest
  of each; all are marked where all are asked for. Of two at one instant the lower
  score counts.
- ``score_answers``: the same with ``segment_no``, of the units in view. Unknown people
  are among everyone; beside a breakdown they are a segment of their own.
- ``answer_segments(segment_no, segment)``: names of the segments.
- ``told_answers``: as ``score_answers``, with the comments; not kept.
- ``score_moves``: one row per answer of a unit and its next one, in view; kept for
  everyone as ``unit_moves``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.periods import Span, period_sql
from holdfast.population import Population, Relation
from holdfast.query import Value
from holdfast.score_groups import knows_questions, scale_values
from holdfast.survey_scales import Scale

UNKNOWN_PEOPLE = "(unknown people)"
"""The segment of answers whose givers are in no other file, beside a breakdown."""


@dataclass(frozen=True)
class Survey:
    """Which answers are looked at, and what their scores mean.

    Attributes:
        kind: nps, csat or ces.
        question: Its wording; none where the export does not say.
        scale: Its points and groups.
        blank: Scores that stand for no score.
        not_applicable: Scores that stand for "does not apply".
        campaigns: The one campaign, null where none is named; empty for all.
        first_on: First local day; none for all.
        until_on: Day after the last; none for all.
        all_answers: Every answer counts, not only the latest of each unit.
        span: The length of a period.
    """

    kind: str
    question: str | None
    scale: Scale
    blank: tuple[float, ...]
    not_applicable: tuple[float, ...]
    campaigns: tuple[str | None, ...]
    first_on: date | None
    until_on: date | None
    all_answers: bool
    span: Span


def check_answers(dataset: Dataset) -> None:
    """Make sure that the tables know which question an answer is to.

    Raises:
        SpecError: They were made by an earlier version.
    """
    if not knows_questions(dataset):
        raise SpecError(
            "earlier_dataset",
            "These tables were made by an earlier version, which did not know the"
            " questions of surveys.",
            "Make them anew on the Data page.",
        )


def survey_relations(
    dataset: Dataset,
    members: Population,
    survey: Survey,
    with_unknown: bool,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose what the queries about scores read; see the module.

    Args:
        dataset: Whose customers answered.
        members: Who is in view.
        survey: Which answers, and what their scores mean.
        with_unknown: Answers of unknown people are in view, too.
        cancellation: Lets another thread stop the work.
    """
    values = _values(survey)
    words = _text(dataset, members, survey, told=_TOLD)
    text = _text(dataset, members, survey, told="")
    asked = f"{text} {sorted(values.items(), key=lambda item: item[0])!r}"
    key = hashlib.sha256(asked.encode(errors="surrogatepass")).hexdigest()[:12]
    answers, moves = f"answers_{key}", f"moves_{key}"
    dataset.materialise(answers, text, values, cancellation)
    made = f"with unit_answers as (select * from {answers})\n{_MOVES}"
    dataset.materialise(moves, made, {}, cancellation)
    labels = "select distinct\n    segment_no,\n    segment\nfrom segments"
    if with_unknown and members.segments:
        labels += f"\nunion all\nselect\n    999,\n    '{UNKNOWN_PEOPLE}'"
    return {
        "unit_answers": Relation(text, values, kept_as=answers),
        "unit_moves": Relation(_MOVES, kept_as=moves),
        "score_answers": Relation(_in_view(members, "unit_answers", with_unknown)),
        "score_moves": Relation(_in_view(members, "unit_moves", with_unknown)),
        "unit_told_answers": Relation(words, values),
        "told_answers": Relation(_in_view(members, "unit_told_answers", with_unknown)),
        "answer_segments": Relation(labels),
    }


def _values(survey: Survey) -> Mapping[str, Value]:
    return {
        "kind": survey.kind,
        "question": survey.question,
        **scale_values(survey.scale),
        "blank": list(survey.blank),
        "not_applicable": list(survey.not_applicable),
        "any_campaign": not survey.campaigns,
        "campaign": survey.campaigns[0] if survey.campaigns else None,
        "answered_from_on": survey.first_on,
        "answered_until_on": survey.until_on,
        "all_answers": survey.all_answers,
    }


def _text(dataset: Dataset, members: Population, survey: Survey, told: str) -> str:
    unit, accounts = "responses.customer_no", ""
    if members.unit == "account":
        unit = "customers.account_no"
        accounts = (
            "\n        left join customers"
            "\n            on responses.customer_no = customers.customer_no"
        )
    return _ANSWERS.format(
        unit=unit,
        accounts=accounts,
        told=told,
        period=period_sql("responses.answered_on", survey.span, dataset.week_start),
    )


def _in_view(members: Population, source: str, with_unknown: bool) -> str:
    """Join answers with the units in view, and add those of unknown people."""
    if members.is_everyone:
        return f"select\n    *,\n    0 as segment_no\nfrom {source}"
    known = (
        f"select\n    {source}.*,\n    population.segment_no::integer as segment_no"
        f"\nfrom {source}"
        f"\ninner join population\n    on {source}.customer_no = population.customer_no"
    )
    if not with_unknown:
        return known
    number = 999 if members.segments else 0
    return (
        f"{known}\nunion all\nselect\n    *,\n    {number} as segment_no"
        f"\nfrom {source}\nwhere customer_no is null"
    )


_TOLD = """,
            responses.comment,
            responses.language,
            responses.response_id"""

# The whole is ranked once: by unit and then by time, so that the later windows find
# their rows in order.
_ANSWERS = """select
    *,
    status = 'scored' and (
        $all_answers
        or unit_no is null
        or row_number() over (
            partition by unit_no, status = 'scored'
            order by answered_at desc nulls last, score, campaign
        ) = 1
    ) as is_counted,
    status = 'scored' and (
        $all_answers
        or unit_no is null
        or row_number() over (
            partition by unit_no, status = 'scored', period
            order by answered_at desc nulls last, score, campaign
        ) = 1
    ) as is_counted_in_period,
    status = 'scored' and (
        $all_answers
        or unit_no is null
        or row_number() over (
            partition by unit_no, status = 'scored', campaign
            order by answered_at desc nulls last, score, campaign
        ) = 1
    ) as is_counted_in_campaign
from (
    select
        *,
        case
            when status <> 'scored' then null
            when score >= $high_from then 'high'
            when score <= $low_to then 'low'
            else 'middle'
        end as score_group
    from (
        select
            responses.customer_no,
            {unit} as unit_no,
            responses.answered_at,
            responses.answered_on,
            {period} as period,
            responses.campaign,
            responses.score,
            case
                when
                    responses.score is null
                    or list_contains($blank::double[], responses.score)
                    then 'unscored'
                when list_contains($not_applicable::double[], responses.score)
                    then 'not_applicable'
                when
                    not isfinite(responses.score)
                    or responses.score not between $lowest and $highest
                    or ($kind = 'nps' and responses.score <> round(responses.score))
                    then 'off_scale'
                else 'scored'
            end as status{told}
        from responses{accounts}
        where
            responses.kind = $kind
            and responses.question is not distinct from $question
            and (
                $any_campaign
                or responses.campaign is not distinct from $campaign
            )
            and (
                $answered_from_on::date is null
                or responses.answered_on >= $answered_from_on
            )
            and (
                $answered_until_on::date is null
                or responses.answered_on < $answered_until_on
            )
    )
)"""

# Two answers at one instant have no order: the one that counts stands for both.
_MOVES = """select
    customer_no,
    unit_no,
    from_group,
    score_group as to_group,
    from_score,
    score as to_score,
    from_on,
    answered_on as to_on,
    period
from (
    select
        *,
        lag(score_group) over answers_of_unit as from_group,
        lag(score) over answers_of_unit as from_score,
        lag(answered_on) over answers_of_unit as from_on,
        row_number() over answers_of_unit as place
    from (
        select
            customer_no,
            unit_no,
            answered_at,
            answered_on,
            period,
            case when status = 'scored' then score end as score,
            coalesce(score_group, 'none') as score_group
        from unit_answers
        where unit_no is not null and answered_at is not null
        qualify
            row_number() over (
                partition by unit_no, answered_at
                order by status <> 'scored', score, customer_no
            ) = 1
    )
    window answers_of_unit as (partition by unit_no order by answered_at)
)
where place > 1"""
