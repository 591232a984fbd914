-- exit_trend: How many left in each month, by reason.
-- grain: one row per segment, month and reason
-- params:
--   first_month (DATE): first day of the first month shown
--   last_month (DATE): first day of the last month shown
--   as_of_on (DATE): end (exclusive) of the observed time
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   month (DATE): first day of the month
--   reason (VARCHAR): the reason given
--   kind (VARCHAR): cancelled, failed payment, not said or fell silent
--   lost (BIGINT): losses in the month with this reason
--   of_lost (BIGINT): losses of the segment in the month
--   monthly_lost (DOUBLE): what they were worth a month on their last day; null = no
--     price
--   is_complete (BOOLEAN): the month was over before as_of
-- source: docs/definitions.md, Reasons for leaving; the same relation as exit_reasons
with counted as (
    select
        exits.segment_no,
        exits.reason,
        exits.kind,
        date_trunc('month', exits.left_on)::date as month,
        count(*) as lost,
        sum(exits.monthly_lost)::double as monthly_lost
    from exits
    group by all
),

total as (
    select
        null as segment_no,
        counted.reason,
        counted.kind,
        counted.month,
        sum(counted.lost)::bigint as lost,
        sum(counted.monthly_lost) as monthly_lost
    from counted
    where $has_segments
    group by all
),

all_rows as (
    select * from counted
    union all
    select * from total
),

months as (
    select unnest(
        range($first_month, $last_month::date + 1, interval 1 month)
    )::date as month
),

-- months without a loss, and reasons without one in a month, are rows too
every_row as (
    select
        known.segment_no,
        known.reason,
        known.kind,
        months.month
    from (
        select distinct
            all_rows.segment_no,
            all_rows.reason,
            all_rows.kind
        from all_rows
    ) as known
    cross join months
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        every_row.segment_no,
        coalesce(labels.segment, 'All') as segment,
        every_row.month,
        every_row.reason,
        every_row.kind,
        coalesce(all_rows.lost, 0) as lost,
        (
            sum(coalesce(all_rows.lost, 0))
                over (partition by every_row.segment_no, every_row.month)
        )::bigint as of_lost,
        all_rows.monthly_lost,
        every_row.month + interval 1 month <= $as_of_on as is_complete
    from every_row
    left join all_rows
        on
            every_row.segment_no is not distinct from all_rows.segment_no
            and every_row.reason = all_rows.reason
            and every_row.kind = all_rows.kind
            and every_row.month = all_rows.month
    left join labels
        on every_row.segment_no = labels.segment_no
)

select
    final.segment,
    final.month,
    final.reason,
    final.kind,
    final.lost,
    final.of_lost,
    final.monthly_lost,
    final.is_complete
from final
order by
    final.segment_no nulls first,
    final.month,
    array_position(
        ['cancelled', 'failed payment', 'not said', 'fell silent'], final.kind
    ),
    final.reason in ('Other reasons', 'Other failed payments'),
    final.reason
