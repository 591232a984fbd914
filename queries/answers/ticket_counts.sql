-- ticket_counts: Tickets opened in each period, also in those without any.
-- grain: one row per segment and period
-- params:
--   first_period (INTEGER): first period shown
--   last_period (INTEGER): last period shown
--   calendar (VARCHAR): day, week, month, quarter or year
--   week_shift (INTEGER): days from the first day of a week to 1970-01-01
-- returns:
--   segment (VARCHAR): the segment, or the value of the field; All is every ticket
--   period (DATE): first day of the period
--   tickets (BIGINT): tickets opened
-- source: docs/definitions.md, Support
with grouped as (
    select
        shown_tickets.opened_period as period,
        'All' as label
    from shown_tickets
    union all
    select
        shown_tickets.opened_period as period,
        ticket_groups.label
    from ticket_groups
    inner join shown_tickets
        on ticket_groups.ticket_no = shown_tickets.ticket_no
),

labels as (
    select
        'All' as label,
        -1 as place
    union all
    select
        group_labels.label,
        group_labels.place
    from group_labels
),

every_period as (
    select
        labels.label,
        labels.place,
        unnest(range($first_period, $last_period + 1))::integer as period
    from labels
),

counted as (
    select
        grouped.label,
        grouped.period,
        count(*) as tickets
    from grouped
    group by grouped.label, grouped.period
),

final as (
    select
        every_period.label as segment,
        every_period.place,
        case $calendar
            when 'day' then date '1970-01-01' + every_period.period
            when 'week'
                then date '1970-01-01' + (every_period.period * 7 - $week_shift)
            when 'month'
                then
                    make_date(
                        every_period.period // 12, every_period.period % 12 + 1, 1
                    )
            when 'quarter'
                then
                    make_date(
                        every_period.period // 4, every_period.period % 4 * 3 + 1, 1
                    )
            else make_date(every_period.period, 1, 1)
        end as period,
        coalesce(counted.tickets, 0) as tickets
    from every_period
    left join counted
        on
            every_period.label = counted.label
            and every_period.period = counted.period
)

select
    final.segment,
    final.period,
    final.tickets
from final
order by
    final.place,
    final.period
