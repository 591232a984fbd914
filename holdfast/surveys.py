"""Answers to one question of a survey: which count, and who is in view.

Composed beside ``population`` and by its rules. What an answer says depends on no
filter: that is worked out once for everyone and kept.

- ``answer_campaigns(campaign, campaign_no)``: numbers of the campaigns, in their order.
- ``asked_answers``: one row per answer to the question, of everyone, unknown people
  too, by unit and the latest first; kept. ``status`` is ``scored``, ``unscored`` (no
  score, or a code for a blank), ``not_applicable`` (a code for that) or ``off_scale``;
  ``score`` is null where that is not ``scored``; ``score_group`` is ``high``,
  ``middle``, ``low`` or ``none``. No text is among its columns.
- ``unit_marks``: the same, and which scored ones are the latest of their unit, of all
  and in their campaign, and when the next later one was given; kept. Of many answers
  the import keeps them and the moves.
- ``unit_answers``: the same, and which count. Of the scored answers of one unit,
  ``is_counted`` marks the latest of all, ``is_counted_in_period`` and
  ``is_counted_in_campaign`` the latest of each; all are marked where all are asked for.
  Of two at one instant the lower score counts.
- ``score_answers``: the same with ``segment_no``, of the units in view. Unknown people
  are among everyone; beside a breakdown they are a segment of their own.
- ``score_counts``: how many of these say the same, with their first and last day; kept
  for those in view. What is added up about scores reads it.
- ``answer_segments(segment_no, segment)``: names of the segments.
- ``told_answers``: as ``score_answers``, with scores as they were given and comments.
- ``score_moves``: one row per answer of a unit and its next one, in view; kept for
  everyone as ``unit_moves``.
- ``score_move_counts``: how many of these a unit made from one group to another; kept
  for everyone as ``unit_move_counts``. A unit is in view as a whole, in one segment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from textwrap import indent

from holdfast.answer_marks import (
    CAMPAIGNS,
    MARKED,
    MARKS_IN_ORDER,
    MOVED,
    MOVED_IN_ORDER,
    MOVES,
    MOVES_IN_ORDER,
    NUMBERED,
    answers_sql,
    asked_sql,
)
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.periods import Span
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
    campaigns = "campaigns_of_answers"
    dataset.materialise(campaigns, CAMPAIGNS, {}, cancellation)
    made = {"answer_campaigns": Relation(CAMPAIGNS, kept_as=campaigns)}
    if is_kept_in_order(dataset, members, survey):
        made |= _in_order(survey)
    else:
        made |= _put_in_order(dataset, members, survey, campaigns, cancellation)
    marks = made["unit_marks"]
    answers = Relation(
        answers_sql(survey.span, dataset.week_start),
        {"all_answers": survey.all_answers},
    )
    in_view = _in_view(members, "unit_answers", with_unknown)
    read = {
        "unit_marks": f"from {marks.kept_as}" if marks.kept_as else marks.text,
        "unit_answers": answers.text,
        "answer_campaigns": f"from {campaigns}",
    }
    if not members.is_everyone:
        read["population"] = f"from {members.relations['population'].kept_as}"
    counted = _COUNTED.format(in_view=indent(in_view, " " * 8))
    values = {**answers.values, **({} if marks.kept_as else marks.values)}
    counts = _kept(dataset, "counts", counted, values, read, cancellation)
    labels = "select distinct\n    segment_no,\n    segment\nfrom segments"
    if with_unknown and members.segments:
        labels += f"\nunion all\nselect\n    999,\n    '{UNKNOWN_PEOPLE}'"
    return {
        **made,
        "unit_answers": answers,
        "score_answers": Relation(in_view),
        "score_counts": Relation(counted, kept_as=counts),
        "score_moves": Relation(_in_view(members, "unit_moves", False)),
        "score_move_counts": Relation(_in_view(members, "unit_move_counts", False)),
        "told_answers": Relation(_TOLD),
        "answer_segments": Relation(labels),
    }


def is_kept_in_order(dataset: Dataset, members: Population, survey: Survey) -> bool:
    """Say whether the import has put the answers to a question in order.

    It does so for customers, on the scale that fits, without codes or limits.
    """
    is_usual = not (survey.blank or survey.not_applicable or survey.campaigns)
    is_all = survey.first_on is None and survey.until_on is None
    asked = (survey.kind, survey.question, str(survey.scale))
    is_kept = asked in dataset.answers_in_order
    return is_usual and is_all and members.unit == "customer" and is_kept


def _in_order(survey: Survey) -> dict[str, Relation]:
    """Read marks and moves from the table that the import has made."""
    values: dict[str, Value] = {
        "kind": survey.kind,
        "question": survey.question,
        "scale": str(survey.scale),
    }
    return {
        "unit_marks": Relation(MARKS_IN_ORDER, values),
        "unit_moves": Relation(MOVES_IN_ORDER, values),
        "unit_move_counts": Relation(MOVED_IN_ORDER, values),
    }


def _put_in_order(
    dataset: Dataset,
    members: Population,
    survey: Survey,
    campaigns: str,
    cancellation: Cancellation | None,
) -> dict[str, Relation]:
    """Find out which answers are the latest and what they moved from, and keep it."""
    values, text = _values(survey), _asked_text(members)
    named = {"answer_campaigns": f"from {campaigns}"}
    asked = _kept(dataset, "asked", text, values, named, cancellation)
    read = {"asked_answers": f"from {asked}"}
    marks = _kept(dataset, "marks", MARKED, {}, read, cancellation)
    moves = _kept(dataset, "moves", MOVES, {}, read, cancellation)
    read = {"unit_moves": f"from {moves}"}
    moved = _kept(dataset, "moved", MOVED, {}, read, cancellation)
    return {
        "asked_answers": Relation(text, values, kept_as=asked),
        "unit_marks": Relation(MARKED, kept_as=marks),
        "unit_moves": Relation(MOVES, kept_as=moves),
        "unit_move_counts": Relation(MOVED, kept_as=moved),
    }


def _kept(
    dataset: Dataset,
    name: str,
    text: str,
    values: Mapping[str, Value],
    read: Mapping[str, str],
    cancellation: Cancellation | None,
) -> str:
    """Keep the rows of a relation by all that they depend on; return the table."""
    asked = f"{text} {read!r} {sorted(values.items(), key=lambda item: item[0])!r}"
    key = hashlib.sha256(asked.encode(errors="surrogatepass")).hexdigest()[:12]
    named = ",\n".join(f"{each} as (\n{part}\n)" for each, part in read.items())
    made = f"with {named}\nfrom (\n{text}\n)"
    dataset.materialise(f"{name}_{key}", made, values, cancellation)
    return f"{name}_{key}"


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
    }


def _asked_text(members: Population) -> str:
    unit, accounts = "responses.customer_no", ""
    if members.unit == "account":
        unit = "customers.account_no"
        accounts = (
            "\nleft join customers"
            "\n    on responses.customer_no = customers.customer_no"
        )
    return asked_sql(unit, accounts)


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


_COUNTED = """select
    counted.* exclude (campaign_no),
    answer_campaigns.campaign
from (
    select
        segment_no,
        period,
        campaign_no,
        status,
        score,
        score_group,
        is_counted,
        is_counted_in_period,
        is_counted_in_campaign,
        count(*) as answers,
        min(answered_on) as first_on,
        max(answered_on) as last_on
    from (
{in_view}
    )
    group by all
) as counted
left join answer_campaigns
    on counted.campaign_no = answer_campaigns.campaign_no"""

_TOLD = f"""select
    answers.* exclude (score, campaign_no),
    responses.score,
    responses.campaign,
    responses.answered_at,
    responses.comment,
    responses.language,
    responses.response_id
from score_answers as answers
inner join (
    {NUMBERED}
) as responses
    on answers.response_no = responses.response_no"""
