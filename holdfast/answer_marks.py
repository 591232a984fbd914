"""The order of answers in SQL: which of a unit is the latest, and what it moved from.

The text that an import keeps answers in order by, and that questions about scores are
asked by; see ``surveys`` for what the rows mean.
"""

from __future__ import annotations

from holdfast.periods import Span, period_sql

IN_ORDER = "answers_in_order"
"""The table of a dataset that holds the marks and moves of many answers."""

STATUSES = ("scored", "unscored", "not_applicable", "off_scale")
"""What an answer is, as its score says."""

GROUPS_OF_SCORES = ("high", "middle", "low", "none")
"""The group that a score falls into; none without one."""


def asked_sql(unit: str, accounts: str = "") -> str:
    """Write ``asked_answers``, from ``answer_campaigns`` and the answers.

    Args:
        unit: The column of who answered.
        accounts: Joins the accounts, where they are the unit.
    """
    return _ASKED.format(unit=unit, accounts=accounts, numbered=NUMBERED)


def answers_sql(span: Span, week_start: str) -> str:
    """Write ``unit_answers``, from ``unit_marks``."""
    period, later = (
        period_sql(day, span, week_start) for day in ("answered_on", "later_on")
    )
    return _ANSWERS.format(period=period, later_period=later)


# Numbers sort and group faster than names do, and in the same order.
CAMPAIGNS = """select
    campaign,
    row_number() over (order by campaign)::integer as campaign_no
from (select distinct campaign from responses where campaign is not null)"""

# The rows of a dataset lie in one order, so that their places name them.
NUMBERED = """select
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

# Answers of a unit lie in order, so the one before tells whether an answer is its
# latest; in any other order that would be silently wrong.
MARKED = """with scored as materialized (
    select
        *,
        row_number() over () as place,
        case
            when unit_no < lag(unit_no) over ()
                then error('Answers are not in order of who gave them.')
            else unit_no is distinct from lag(unit_no) over ()
        end as is_latest,
        lag(answered_on) over () as later_on
    from asked_answers
    where status = 'scored'
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
    scored.campaign_no,
    scored.status,
    scored.score,
    scored.score_group,
    scored.unit_no is null or scored.is_latest as is_latest,
    scored.later_on,
    scored.is_latest or latest_of_campaigns.place is not null as is_latest_in_campaign
from scored
left join latest_of_campaigns
    on scored.place = latest_of_campaigns.place
union all
select
    response_no,
    customer_no,
    unit_no,
    answered_on,
    campaign_no,
    status,
    score,
    score_group,
    false as is_latest,
    null as later_on,
    false as is_latest_in_campaign
from asked_answers
where status <> 'scored'"""

# An answer is the latest of its period where the next one of its unit is in another.
_ANSWERS = """select
    response_no,
    customer_no,
    unit_no,
    answered_on,
    {period} as period,
    campaign_no,
    status,
    score,
    score_group,
    status = 'scored' and ($all_answers or is_latest) as is_counted,
    is_counted
    or (status = 'scored' and {period} is distinct from {later_period})
        as is_counted_in_period,
    is_counted or is_latest_in_campaign as is_counted_in_campaign
from unit_marks"""

# Two answers at one instant have no order: the one that counts stands for both.
MOVES = """select
    response_no,
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

MOVED = """select
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

# Of the moves of a unit between two groups one row tells how many they are.
KEPT_IN_ORDER = """select
    $kind as kind,
    $question::varchar as question,
    $scale as scale,
    marks.*,
    moves.from_group,
    moves.from_score,
    moves.from_on,
    moves.moves
from unit_marks as marks
left join (
    select
        response_no,
        from_group,
        from_score,
        from_on,
        case
            when
                response_no = min(response_no) over of_groups
                then count(*) over of_groups
        end as moves
    from unit_moves
    window of_groups as (partition by unit_no, from_group, to_group)
) as moves
    on marks.response_no = moves.response_no
order by marks.response_no"""

MARKS_IN_ORDER = """select
    response_no,
    customer_no,
    unit_no,
    answered_on,
    campaign_no,
    status,
    score,
    score_group,
    is_latest,
    later_on,
    is_latest_in_campaign
from answers_in_order
where
    kind = $kind
    and question is not distinct from $question
    and scale = $scale"""

MOVES_IN_ORDER = """select
    response_no,
    customer_no,
    unit_no,
    from_group,
    score_group as to_group,
    from_score,
    score as to_score,
    from_on,
    answered_on as to_on
from answers_in_order
where
    kind = $kind
    and question is not distinct from $question
    and scale = $scale
    and from_group is not null"""

MOVED_IN_ORDER = """select
    customer_no,
    unit_no,
    from_group,
    score_group as to_group,
    moves
from answers_in_order
where
    kind = $kind
    and question is not distinct from $question
    and scale = $scale
    and moves is not null"""
