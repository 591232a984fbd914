-- support: Tickets opened, solved and still open at the end of each period.
-- grain: one row per segment and period
-- params:
--   first_period (INTEGER): first period shown
--   last_period (INTEGER): last period shown
--   data_period (INTEGER): first period of the tickets
--   as_of_period (INTEGER): period in which the observed time ends
--   months_each (INTEGER): months of a period where activity is known by month, else 1
--   by_field (BOOLEAN): the groups are values of a field, not segments of customers
--   calendar (VARCHAR): day, week, month, quarter or year
--   week_shift (INTEGER): days from the first day of a week to 1970-01-01
--   min_n (INTEGER): under this many active customers a figure is small
-- returns:
--   segment (VARCHAR): the segment, or the value of the field; All is every ticket
--   period (DATE): first day of the period
--   opened (BIGINT): tickets opened
--   unknown_opened (BIGINT): of these, those of unknown people
--   solved (BIGINT): tickets solved, whenever they were opened
--   undated_solved (BIGINT): of those opened, solved nobody knows when
--   backlog (BIGINT): tickets open at the end of the period, or of the data
--   active (BIGINT): active customers or accounts; of the segment, else of all in view
--   customers (BIGINT): customers or accounts who opened a ticket
--   active_with_ticket (BIGINT): of these, those active in the period
--   told_reopens (BIGINT): tickets opened of which reopenings are told
--   reopened (BIGINT): of these, those reopened
--   is_complete (BOOLEAN): the period was over before as_of
--   is_small (BOOLEAN): fewer active customers than min_n
-- source: docs/definitions.md, Support
with grouped as (
    select
        shown_tickets.ticket_no,
        'All' as label
    from shown_tickets
    union all
    select
        ticket_groups.ticket_no,
        ticket_groups.label
    from ticket_groups
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
        unnest(range($data_period, $last_period + 1))::integer as period
    from labels
),

present as (
    select distinct
        presence.unit_no,
        presence.segment_no,
        (presence.period // $months_each)::integer as period
    from presence
),

named as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

active_customers as (
    select
        'All' as label,
        present.period,
        count(distinct present.unit_no) as active
    from present
    group by present.period
    union all
    select
        named.segment as label,
        present.period,
        count(distinct present.unit_no) as active
    from present
    inner join named
        on present.segment_no = named.segment_no
    where not $by_field
    group by named.segment, present.period
),

-- whatever a ticket is about, any active customer could have written it
active_in_view as (
    select
        labels.label,
        active_customers.period,
        active_customers.active
    from labels
    inner join active_customers
        on
            case when $by_field then 'All' else labels.label end
            = active_customers.label
    group by all
),

here as (
    select distinct
        present.unit_no,
        present.period
    from present
),

opened as (
    select
        grouped.label,
        shown_tickets.opened_period as period,
        count(*) as opened,
        count_if(shown_tickets.is_unknown)::bigint as unknown_opened,
        count_if(shown_tickets.is_undated)::bigint as undated_solved,
        count(distinct shown_tickets.unit_no) filter (
            where not shown_tickets.is_unknown
        ) as customers,
        count(distinct here.unit_no) as active_with_ticket,
        count(shown_tickets.reopens) as told_reopens,
        count_if(shown_tickets.reopens > 0)::bigint as reopened
    from grouped
    inner join shown_tickets
        on grouped.ticket_no = shown_tickets.ticket_no
    left join here
        on
            shown_tickets.unit_no = here.unit_no
            and shown_tickets.opened_period = here.period
            and not shown_tickets.is_unknown
    group by grouped.label, shown_tickets.opened_period
),

solved as (
    select
        grouped.label,
        shown_tickets.solved_period as period,
        count(*) as solved
    from grouped
    inner join shown_tickets
        on grouped.ticket_no = shown_tickets.ticket_no
    where shown_tickets.solved_period is not null
    group by grouped.label, shown_tickets.solved_period
),

counted as (
    select
        every_period.label,
        every_period.place,
        every_period.period,
        coalesce(opened.opened, 0) as opened,
        coalesce(opened.unknown_opened, 0) as unknown_opened,
        coalesce(solved.solved, 0) as solved,
        coalesce(opened.undated_solved, 0) as undated_solved,
        coalesce(active_in_view.active, 0) as active,
        coalesce(opened.customers, 0) as customers,
        coalesce(opened.active_with_ticket, 0) as active_with_ticket,
        coalesce(opened.told_reopens, 0) as told_reopens,
        coalesce(opened.reopened, 0) as reopened
    from every_period
    left join opened
        on
            every_period.label = opened.label
            and every_period.period = opened.period
    left join solved
        on
            every_period.label = solved.label
            and every_period.period = solved.period
    left join active_in_view
        on
            every_period.label = active_in_view.label
            and every_period.period = active_in_view.period
),

final as (
    select
        counted.place,
        counted.period as period_no,
        counted.label as segment,
        case $calendar
            when 'day' then date '1970-01-01' + counted.period
            when 'week' then date '1970-01-01' + (counted.period * 7 - $week_shift)
            when 'month'
                then make_date(counted.period // 12, counted.period % 12 + 1, 1)
            when 'quarter'
                then make_date(counted.period // 4, counted.period % 4 * 3 + 1, 1)
            else make_date(counted.period, 1, 1)
        end as period,
        counted.opened,
        counted.unknown_opened,
        counted.solved,
        counted.undated_solved,
        -- of tickets solved nobody knows when it is only known that they are not open
        sum(counted.opened - counted.solved - counted.undated_solved) over (
            partition by counted.label
            order by counted.period
        )::bigint as backlog,
        counted.active,
        counted.customers,
        counted.active_with_ticket,
        counted.told_reopens,
        counted.reopened,
        counted.period < $as_of_period as is_complete,
        counted.active < $min_n as is_small
    from counted
)

select
    final.segment,
    final.period,
    final.opened,
    final.unknown_opened,
    final.solved,
    final.undated_solved,
    final.backlog,
    final.active,
    final.customers,
    final.active_with_ticket,
    final.told_reopens,
    final.reopened,
    final.is_complete,
    final.is_small
from final
where final.period_no >= $first_period
order by
    final.place,
    final.period
