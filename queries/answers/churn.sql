-- churn: Who was a customer at the start of each period, left, joined and came back.
-- grain: one row per segment and period
-- params:
--   first_period (INTEGER): first period shown
--   last_period (INTEGER): last period shown
--   as_of_period (INTEGER): period in which the observed time ends
--   judged_period (INTEGER): first period in all of which a loss could be seen
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   calendar (VARCHAR): day, week, month, quarter or year
--   week_shift (INTEGER): days from the first day of a week to 1970-01-01
--   failed_payment (VARCHAR): regular expression of the reasons that are one
--   min_n (INTEGER): under this many customers a figure is small
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   period (DATE): first day of the period
--   customers_at_start (BIGINT): customers on the last day before it
--   joined (BIGINT): customers at its end, for the first time in it
--   came_back (BIGINT): customers at its end and once before, not at its start
--   lost (BIGINT): customers at its start and not at its end
--   customers_at_end (BIGINT): at start + joined + came back - lost
--   joined_and_left (BIGINT): customers inside of it, at neither end; in no rate
--   left_and_back (BIGINT): times that one left and was back before its end; in no rate
--   lost_involuntary (BIGINT): of those lost, because a payment failed
--   lost_voluntary (BIGINT): of those lost, for another reason that was given
--   lost_unexplained (BIGINT): of those lost, without a reason
--   churn_rate (DOUBLE): lost / customers at start; null where not judged
--   average_rate (DOUBLE): lost / mean of the customers at start and end
--   loss_ratio (DOUBLE): lost / joined: loss-to-acquisition ratio
--   is_complete (BOOLEAN): the period was over before as_of
--   is_judged (BOOLEAN): in all of it a loss could be seen; before, no rates
--   is_small (BOOLEAN): fewer customers at start than min_n
-- source: docs/definitions.md, Churn
with told as (
    select
        stays.segment_no,
        stays.from_period,
        stays.until_period,
        stays.is_back,
        stays.reason,
        count(*) as stays
    from stays
    group by all
),

arrived as (
    select
        told.segment_no,
        told.from_period as period,
        sum(told.stays) filter (where told.is_seen and not told.is_back) as joined,
        sum(told.stays) filter (where told.is_seen and told.is_back) as came_back,
        sum(told.stays) filter (where not told.is_seen) as joined_and_left
    from (
        select
            told.*,
            coalesce(told.until_period > told.from_period, true) as is_seen
        from told
    ) as told
    group by all
),

departed as (
    select
        told.segment_no,
        told.until_period as period,
        sum(told.stays) as lost,
        sum(told.stays)
        filter (where regexp_matches(told.reason, $failed_payment))
            as lost_involuntary,
        sum(told.stays) filter (where told.reason is null) as lost_unexplained
    from told
    where told.until_period > told.from_period
    group by all
),

paused as (
    select
        breaks.segment_no,
        breaks.period,
        count(*) as left_and_back
    from breaks
    group by all
),

-- what was before the first period shown is where its customers come from
begun as (
    select
        least(coalesce(min(arrived.period), $first_period), $first_period)
            as first_period
    from arrived
),

every_period as (
    select
        segments.segment_no,
        unnest(range(begun.first_period, $last_period + 1))::integer as period
    from (select distinct segments.segment_no from segments) as segments
    cross join begun
),

moved as (
    select
        every_period.segment_no,
        every_period.period,
        coalesce(arrived.joined, 0) as joined,
        coalesce(arrived.came_back, 0) as came_back,
        coalesce(departed.lost, 0) as lost,
        coalesce(departed.lost_involuntary, 0) as lost_involuntary,
        coalesce(departed.lost_unexplained, 0) as lost_unexplained,
        coalesce(arrived.joined_and_left, 0) as joined_and_left,
        coalesce(paused.left_and_back, 0) as left_and_back
    from every_period
    left join arrived
        on
            every_period.segment_no = arrived.segment_no
            and every_period.period = arrived.period
    left join departed
        on
            every_period.segment_no = departed.segment_no
            and every_period.period = departed.period
    left join paused
        on
            every_period.segment_no = paused.segment_no
            and every_period.period = paused.period
),

total as (
    select
        null as segment_no,
        moved.period,
        sum(moved.joined) as joined,
        sum(moved.came_back) as came_back,
        sum(moved.lost) as lost,
        sum(moved.lost_involuntary) as lost_involuntary,
        sum(moved.lost_unexplained) as lost_unexplained,
        sum(moved.joined_and_left) as joined_and_left,
        sum(moved.left_and_back) as left_and_back
    from moved
    where $has_segments
    group by all
),

counted as (
    select
        all_rows.*,
        sum(all_rows.joined + all_rows.came_back - all_rows.lost)
            over (
                partition by all_rows.segment_no
                order by all_rows.period
            ) as customers_at_end
    from (
        select * from moved
        union all
        select * from total
    ) as all_rows
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        labels.segment_no,
        coalesce(labels.segment, 'All') as segment,
        case $calendar
            when 'day' then date '1970-01-01' + counted.period
            when 'week' then date '1970-01-01' + (counted.period * 7 - $week_shift)
            when 'month'
                then make_date(counted.period // 12, counted.period % 12 + 1, 1)
            when 'quarter'
                then make_date(counted.period // 4, counted.period % 4 * 3 + 1, 1)
            else make_date(counted.period, 1, 1)
        end as period,
        (
            counted.customers_at_end
            - counted.joined
            - counted.came_back
            + counted.lost
        )::bigint as customers_at_start,
        counted.joined::bigint as joined,
        counted.came_back::bigint as came_back,
        counted.lost::bigint as lost,
        counted.customers_at_end::bigint as customers_at_end,
        counted.joined_and_left::bigint as joined_and_left,
        counted.left_and_back::bigint as left_and_back,
        counted.lost_involuntary::bigint as lost_involuntary,
        (
            counted.lost - counted.lost_involuntary - counted.lost_unexplained
        )::bigint as lost_voluntary,
        counted.lost_unexplained::bigint as lost_unexplained,
        counted.period < $as_of_period as is_complete,
        counted.period >= $judged_period as is_judged
    from counted
    left join labels
        on counted.segment_no = labels.segment_no
    where counted.period >= $first_period
)

select
    final.segment,
    final.period,
    final.customers_at_start,
    final.joined,
    final.came_back,
    final.lost,
    final.customers_at_end,
    final.joined_and_left,
    final.left_and_back,
    final.lost_involuntary,
    final.lost_voluntary,
    final.lost_unexplained,
    case
        when final.is_judged
            then final.lost / nullif(final.customers_at_start, 0)
    end as churn_rate,
    case
        when final.is_judged
            then
                final.lost * 2
                / nullif(final.customers_at_start + final.customers_at_end, 0)
    end as average_rate,
    case
        when final.is_judged then final.lost / nullif(final.joined, 0)
    end as loss_ratio,
    final.is_complete,
    final.is_judged,
    final.customers_at_start < $min_n as is_small
from final
order by
    final.segment_no nulls first,
    final.period
