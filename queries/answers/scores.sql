-- scores: What was answered, by segment and period.
-- grain: one row per segment and period
-- params:
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   calendar (VARCHAR): day, week, month, quarter or year
--   week_shift (INTEGER): days from the first day of a week to 1970-01-01
--   as_of_period (INTEGER): period in which the observed time ends
--   min_n (INTEGER): under this many scores a figure is small
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   period (DATE): first day of the period; null is all of the time looked at
--   answers (BIGINT): answers given
--   n (BIGINT): of them those whose score counts
--   superseded (BIGINT): scores on the scale with a later one of the same customer
--   unscored (BIGINT): answers without a score
--   not_applicable (BIGINT): answers that it does not apply
--   off_scale (BIGINT): scores that are not on the scale; in no figure
--   high (BIGINT): scores that count in the best group
--   middle (BIGINT): those in the group between
--   low (BIGINT): those in the worst group
--   score_sum (DOUBLE): sum of the scores that count
--   score_squares (DOUBLE): sum of their squares
--   is_complete (BOOLEAN): the period was over before as_of; all of the time always is
--   is_small (BOOLEAN): fewer scores than min_n
-- source: docs/definitions.md, Scores
with judged as (
    select
        counts.segment_no,
        counts.period,
        grouping(counts.segment_no) = 1 as is_total,
        grouping(counts.period) = 1 as is_whole,
        sum(counts.answers) as answers,
        sum(counts.answers) filter (where counts.status = 'unscored') as unscored,
        sum(counts.answers) filter (
            where counts.status = 'not_applicable'
        ) as not_applicable,
        sum(counts.answers) filter (where counts.status = 'off_scale') as off_scale,
        sum(counts.answers) filter (where counts.status = 'scored') as scored,
        struct_pack(
            n := sum(counts.answers) filter (where counts.is_counted),
            high := sum(counts.answers) filter (
                where counts.is_counted and counts.score_group = 'high'
            ),
            low := sum(counts.answers) filter (
                where counts.is_counted and counts.score_group = 'low'
            ),
            score_sum := sum(counts.answers * counts.score) filter (
                where counts.is_counted
            ),
            squares := sum(counts.answers * counts.score * counts.score) filter (
                where counts.is_counted
            )
        ) as in_all,
        struct_pack(
            n := sum(counts.answers) filter (where counts.is_counted_in_period),
            high := sum(counts.answers) filter (
                where counts.is_counted_in_period and counts.score_group = 'high'
            ),
            low := sum(counts.answers) filter (
                where counts.is_counted_in_period and counts.score_group = 'low'
            ),
            score_sum := sum(counts.answers * counts.score) filter (
                where counts.is_counted_in_period
            ),
            squares := sum(counts.answers * counts.score * counts.score) filter (
                where counts.is_counted_in_period
            )
        ) as in_period
    from score_counts as counts
    group by grouping sets (
        (counts.segment_no, counts.period),
        (counts.segment_no),
        (counts.period),
        ()
    )
),

counted as (
    select
        judged.segment_no,
        judged.is_total,
        judged.period,
        judged.is_whole,
        judged.answers,
        judged.unscored,
        judged.not_applicable,
        judged.off_scale,
        judged.scored,
        if(judged.is_whole, judged.in_all, judged.in_period) as figures
    from judged
    -- answers without a time are in no period
    where judged.is_whole or judged.period is not null
),

ends as (
    select
        min(judged.period) as first_period,
        max(judged.period) as last_period
    from judged
),

every_period as (
    select null as period
    union all
    select unnest(range(ends.first_period, ends.last_period + 1)) as period
    from ends
),

every_segment as (
    select
        null as segment_no,
        'All' as segment
    union all
    select
        answer_segments.segment_no,
        answer_segments.segment
    from answer_segments
    where $has_segments
),

final as (
    select
        every_segment.segment_no,
        every_segment.segment,
        every_period.period as period_no,
        coalesce(counted.answers, 0)::bigint as answers,
        coalesce(counted.figures.n, 0)::bigint as n,
        coalesce(counted.scored, 0)::bigint as scored,
        coalesce(counted.unscored, 0)::bigint as unscored,
        coalesce(counted.not_applicable, 0)::bigint as not_applicable,
        coalesce(counted.off_scale, 0)::bigint as off_scale,
        coalesce(counted.figures.high, 0)::bigint as high,
        coalesce(counted.figures.low, 0)::bigint as low,
        coalesce(counted.figures.score_sum, 0.0) as score_sum,
        coalesce(counted.figures.squares, 0.0) as score_squares
    from every_segment
    cross join every_period
    left join counted
        on
            every_segment.segment_no is not distinct from counted.segment_no
            and (every_segment.segment_no is null) = counted.is_total
            and every_period.period is not distinct from counted.period
            and (every_period.period is null) = counted.is_whole
)

select
    final.segment,
    case
        when final.period_no is null then null
        else
            case $calendar
                when 'day' then date '1970-01-01' + final.period_no::integer
                when 'week'
                    then
                        date '1970-01-01'
                        + (final.period_no * 7 - $week_shift)::integer
                when 'month'
                    then make_date(final.period_no // 12, final.period_no % 12 + 1, 1)
                when 'quarter'
                    then
                        make_date(
                            final.period_no // 4, final.period_no % 4 * 3 + 1, 1
                        )
                else make_date(final.period_no, 1, 1)
            end
    end as period,
    final.answers,
    final.n,
    final.scored - final.n as superseded,
    final.unscored,
    final.not_applicable,
    final.off_scale,
    final.high,
    final.n - final.high - final.low as middle,
    final.low,
    final.score_sum,
    final.score_squares,
    coalesce(
        final.period_no is null or final.period_no < $as_of_period, false
    ) as is_complete,
    final.n < $min_n as is_small
from final
order by
    final.segment_no nulls first,
    final.period_no nulls first
