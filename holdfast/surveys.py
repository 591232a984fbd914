"""Answers to one question of a survey: which count, and who is in view.

Composed beside ``population`` and by its rules. What an answer says depends on no
filter: that is worked out once for everyone and kept.

- ``answer_campaigns(campaign, campaign_no)``: numbers of the campaigns, in their order.
- ``asked_answers``: one row per answer to the question, of everyone, unknown people
  too, by unit and the latest first; kept. ``status`` is ``scored``, ``unscored`` (no
  score, or a code for a blank), ``not_applicable`` (a code for that) or ``off_scale``;
  ``score`` is null where that is not ``scored``; ``score_group`` is ``high``,
  ``middle``, ``low`` or ``none``. No text is among its columns.
- ``unit_answers``: the same, and which count; kept. Of the scored answers of one unit,
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
    campaigns = "campaigns_of_answers"
    dataset.materialise(campaigns, _CAMPAIGNS, {}, cancellation)
    text = _asked_text(members)
    asked = _kept(
        dataset, "asked", text, values, {"answer_campaigns": campaigns}, cancellation
    )
    read = {"asked_answers": asked}
    period = period_sql("answered_on", survey.span, dataset.week_start)
    marked, every = _MARKED.format(period=period), {"all_answers": survey.all_answers}
    answers = _kept(dataset, "answers", marked, every, read, cancellation)
    moves = _kept(dataset, "moves", _MOVES, {}, read, cancellation)
    moved = _kept(dataset, "moved", _MOVED, {}, {"unit_moves": moves}, cancellation)
    in_view = _in_view(members, "unit_answers", with_unknown)
    read = {"unit_answers": answers, "answer_campaigns": campaigns}
    if not members.is_everyone:
        read["population"] = str(members.relations["population"].kept_as)
    counted = _COUNTED.format(in_view=indent(in_view, " " * 8))
    counts = _kept(dataset, "counts", counted, {}, read, cancellation)
    labels = "select distinct\n    segment_no,\n    segment\nfrom segments"
    if with_unknown and members.segments:
        labels += f"\nunion all\nselect\n    999,\n    '{UNKNOWN_PEOPLE}'"
    return {
        "answer_campaigns": Relation(_CAMPAIGNS, kept_as=campaigns),
        "asked_answers": Relation(text, values, kept_as=asked),
        "unit_answers": Relation(marked, every, kept_as=answers),
        "unit_moves": Relation(_MOVES, kept_as=moves),
        "unit_move_counts": Relation(_MOVED, kept_as=moved),
        "score_answers": Relation(in_view),
        "score_counts": Relation(counted, kept_as=counts),
        "score_moves": Relation(_in_view(members, "unit_moves", False)),
        "score_move_counts": Relation(_in_view(members, "unit_move_counts", False)),
        "told_answers": Relation(_TOLD),
        "answer_segments": Relation(labels),
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
    named = ",\n".join(f"{each} as (from {kept})" for each, kept in read.items())
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
    return _ASKED.format(unit=unit, accounts=accounts, numbered=_NUMBERED)


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


# Numbers sort and group faster than names do, and in the same order.
_CAMPAIGNS = """select
    campaign,
    row_number() over (order by campaign)::integer as campaign_no
from (select distinct campaign from responses where campaign is not null)"""

# The rows of a dataset lie in one order, so that their places name them.
_NUMBERED = """select
        *,
        (row_number() over ())::integer as response_no
    from responses"""

# All of a unit together, the latest first; of one instant the one that counts first.
# What follows streams over these rows, which is why no text is among them. Which of
# equal scores at one instant comes first changes no figure, and each key costs time.
_ASKED = """select
    responses.response_no,
    responses.customer_no,
    {unit} as unit_no,
    responses.answered_at,
    responses.answered_on,
    answer_campaigns.campaign_no,
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
    end::enum('scored', 'unscored', 'not_applicable', 'off_scale') as status,
    case when status = 'scored' then responses.score end as score,
    case
        when status <> 'scored' then 'none'
        when responses.score >= $high_from then 'high'
        when responses.score <= $low_to then 'low'
        else 'middle'
    end::enum('high', 'middle', 'low', 'none') as score_group
from (
    {numbered}
) as responses
left join answer_campaigns
    on responses.campaign = answer_campaigns.campaign{accounts}
where
    responses.kind = $kind
    and responses.question is not distinct from $question
    and ($any_campaign or responses.campaign is not distinct from $campaign)
    and (
        $answered_from_on::date is null
        or responses.answered_on >= $answered_from_on
    )
    and (
        $answered_until_on::date is null
        or responses.answered_on < $answered_until_on
    )
order by
    unit_no asc nulls last,
    answered_at desc nulls last,
    score asc nulls last"""

# Answers of a unit lie in order, so the one before tells whether an answer is the first
# of its unit and period; in any other order that would be silently wrong.
_MARKED = """with scored as materialized (
    select
        *,
        row_number() over () as place,
        case
            when unit_no < lag(unit_no) over ()
                then error('Answers are not in order of who gave them.')
            else unit_no is distinct from lag(unit_no) over ()
        end as is_latest,
        period is distinct from lag(period) over () as is_of_other_period
    from (
        select
            *,
            {period} as period
        from asked_answers
        where status = 'scored'
    )
),

latest_of_campaigns as (
    select min(place) as place
    from scored
    where unit_no is not null
    group by
        unit_no,
        campaign_no
)

select
    scored.response_no,
    scored.customer_no,
    scored.unit_no,
    scored.answered_on,
    scored.period,
    scored.campaign_no,
    scored.status,
    scored.score,
    scored.score_group,
    $all_answers or scored.unit_no is null or scored.is_latest as is_counted,
    is_counted or scored.is_of_other_period as is_counted_in_period,
    is_counted or latest_of_campaigns.place is not null as is_counted_in_campaign
from scored
left join latest_of_campaigns
    on scored.place = latest_of_campaigns.place
union all
select
    response_no,
    customer_no,
    unit_no,
    answered_on,
    {period} as period,
    campaign_no,
    status,
    score,
    score_group,
    false as is_counted,
    false as is_counted_in_period,
    false as is_counted_in_campaign
from asked_answers
where status <> 'scored'"""

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
    {_NUMBERED}
) as responses
    on answers.response_no = responses.response_no"""

# Two answers at one instant have no order: the one that counts stands for both.
_MOVES = """select
    customer_no,
    unit_no,
    from_group,
    score_group as to_group,
    from_score,
    score as to_score,
    from_on,
    answered_on as to_on
from (
    select
        *,
        lead(unit_no) over () as from_unit_no,
        lead(score_group) over () as from_group,
        lead(score) over () as from_score,
        lead(answered_on) over () as from_on
    from (
        select
            *,
            case
                when unit_no < lag(unit_no) over ()
                    then error('Answers are not in order of who gave them.')
                else
                    unit_no is not distinct from lag(unit_no) over ()
                    and answered_at is not distinct from lag(answered_at) over ()
            end as is_of_same_instant
        from asked_answers
        where unit_no is not null and answered_at is not null
    )
    where not is_of_same_instant
)
where unit_no = from_unit_no"""

_MOVED = """select
    min(customer_no) as customer_no,
    unit_no,
    from_group,
    to_group,
    count(*) as moves
from unit_moves
group by
    unit_no,
    from_group,
    to_group"""
