-- response_rates: How many of those who were invited answered.
-- grain: one row per scope, campaign, period and segment
-- params:
--   kind (VARCHAR): nps, csat or ces
--   any_campaign (BOOLEAN): all campaigns are looked at
--   campaign (VARCHAR): the one campaign otherwise; null means those without a name
--   answered_from_on (DATE): first local day of sending; null means all
--   answered_until_on (DATE): day after the last; null means all
--   calendar (VARCHAR): day, week, month, quarter or year
--   week_shift (INTEGER): days from the first day of a week to 1970-01-01
--   as_of_on (DATE): end (exclusive) of the observed time
--   has_segments (BOOLEAN): there is a breakdown, so there are rows of segments
--   with_unknown (BOOLEAN): unknown people are in view, so they are counted
-- returns:
--   scope (VARCHAR): all, campaign, period or segment
--   campaign (VARCHAR): the campaign; null = none is named
--   period (DATE): first day of the period of sending
--   segment (VARCHAR): the segment of the customer
--   invited (BIGINT): invitations to customers in view
--   delivered (BIGINT): of them all that are not known to have been lost
--   answered (BIGINT): of the delivered ones those answered before the next one
--   unknown_invited (BIGINT): to people who are in no other file; in no rate
--   recent (BIGINT): delivered in the last 14 observed days: answers may still come
-- source: docs/definitions.md, Scores
with asked as (
    select
        invitations.customer_no,
        invitations.campaign,
        invitations.sent_on,
        coalesce(invitations.is_delivered, true) as is_delivered,
        case $calendar
            when 'day' then invitations.sent_on
            when 'week'
                then
                    invitations.sent_on
                    - (
                        (invitations.sent_on - date '1970-01-01' + $week_shift) % 7
                    )::integer
            else date_trunc($calendar, invitations.sent_on)::date
        end as period,
        -- an answer belongs to the last invitation on or before its day
        lead(invitations.sent_on) over (
            partition by invitations.customer_no, invitations.campaign
            order by invitations.sent_at
        ) as next_sent_on
    from invitations
    where
        invitations.kind = $kind
        and ($any_campaign or invitations.campaign is not distinct from $campaign)
        and (
            $answered_from_on::date is null
            or invitations.sent_on >= $answered_from_on
        )
        and (
            $answered_until_on::date is null
            or invitations.sent_on < $answered_until_on
        )
),

asked_in_view as (
    select
        asked.*,
        population.segment_no
    from asked
    inner join population
        on asked.customer_no = population.customer_no
),

answers as (
    select
        responses.customer_no,
        responses.campaign,
        responses.answered_on
    from responses
    where
        responses.kind = $kind
        and responses.customer_no is not null
        and responses.answered_on is not null
        and (
            $answered_until_on::date is null
            or responses.answered_on < $answered_until_on
        )
),

matched as (
    select distinct
        asked_in_view.customer_no,
        asked_in_view.campaign,
        asked_in_view.sent_on,
        asked_in_view.next_sent_on
    from asked_in_view
    semi join answers
        on
            asked_in_view.customer_no = answers.customer_no
            and (
                asked_in_view.campaign = answers.campaign
                or asked_in_view.campaign is null
                or answers.campaign is null
            )
            and asked_in_view.sent_on <= answers.answered_on
            and (
                asked_in_view.next_sent_on is null
                or asked_in_view.next_sent_on > answers.answered_on
            )
),

answered as (
    select
        asked_in_view.*,
        matched.customer_no is not null as is_answered
    from asked_in_view
    left join matched
        on
            asked_in_view.customer_no = matched.customer_no
            and asked_in_view.campaign is not distinct from matched.campaign
            and asked_in_view.sent_on = matched.sent_on
            and asked_in_view.next_sent_on is not distinct from matched.next_sent_on
),

everyone as (
    select
        answered.campaign,
        answered.period,
        answered.segment_no,
        answered.sent_on,
        answered.is_delivered,
        answered.is_answered,
        true as is_known
    from answered
    union all
    select
        asked.campaign,
        asked.period,
        null as segment_no,
        asked.sent_on,
        asked.is_delivered,
        false as is_answered,
        false as is_known
    from asked
    where asked.customer_no is null and $with_unknown
),

counted as (
    select
        case
            when grouping(everyone.campaign) = 0 then 'campaign'
            when grouping(everyone.period) = 0 then 'period'
            when grouping(everyone.segment_no) = 0 then 'segment'
            else 'all'
        end as scope,
        everyone.campaign,
        everyone.period,
        everyone.segment_no,
        count(*) filter (where everyone.is_known) as invited,
        count(*) filter (where everyone.is_known and everyone.is_delivered)
            as delivered,
        count(*) filter (where everyone.is_delivered and everyone.is_answered)
            as answered,
        count(*) filter (where not everyone.is_known) as unknown_invited,
        count(*) filter (
            where
            everyone.is_known
            and everyone.is_delivered
            and everyone.sent_on >= $as_of_on::date - 14
        ) as recent
    from everyone
    group by grouping sets (
        (everyone.campaign),
        (everyone.period),
        (everyone.segment_no),
        ()
    )
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        counted.*,
        labels.segment
    from counted
    left join labels
        on counted.segment_no = labels.segment_no
    where
        counted.scope <> 'segment'
        or ($has_segments and labels.segment is not null)
)

select
    final.scope,
    final.campaign,
    final.period,
    final.segment,
    final.invited,
    final.delivered,
    final.answered,
    final.unknown_invited,
    final.recent
from final
order by
    array_position(['all', 'campaign', 'period', 'segment'], final.scope) asc,
    final.campaign asc nulls last,
    final.period asc,
    final.segment_no asc
