-- support_times: How long tickets waited for an answer and for a solution, or wait yet.
-- grain: one row per segment, period, measure and seconds
-- params:
--   first_period (INTEGER): first period of opening
--   last_period (INTEGER): last period of opening
--   seen_until_at (TIMESTAMP): end (exclusive) of the observed time, UTC
--   calendar (VARCHAR): day, week, month, quarter or year
--   week_shift (INTEGER): days from the first day of a week to 1970-01-01
-- returns:
--   segment (VARCHAR): the segment, or the value of the field; All is every ticket
--   period (DATE): first day of the period of opening
--   measure (VARCHAR): response (to the first answer) or resolution (to the solution)
--   seconds (BIGINT): so long after the opening
--   ended (BIGINT): tickets answered or solved then
--   censored (BIGINT): tickets last seen then, not answered or solved yet
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

waits as (
    select
        shown_tickets.ticket_no,
        shown_tickets.opened_period as period,
        'resolution' as measure,
        shown_tickets.solved_at is not null as has_ended,
        epoch(
            coalesce(shown_tickets.solved_at, $seen_until_at) - shown_tickets.opened_at
        ) as seconds
    from shown_tickets
    where not shown_tickets.is_undated and not shown_tickets.is_solved_before
    union all
    -- solved without an answer: nobody waits for it any more
    select
        shown_tickets.ticket_no,
        shown_tickets.opened_period as period,
        'response' as measure,
        shown_tickets.first_responded_at is not null as has_ended,
        epoch(
            coalesce(
                shown_tickets.first_responded_at,
                case
                    when shown_tickets.is_undated or shown_tickets.is_solved_before
                        then shown_tickets.opened_at
                    when shown_tickets.solved_at is not null
                        then shown_tickets.solved_at
                    else $seen_until_at
                end
            ) - shown_tickets.opened_at
        ) as seconds
    from shown_tickets
    where not shown_tickets.is_answered_before
),

final as (
    select
        grouped.label as segment,
        case $calendar
            when 'day' then date '1970-01-01' + waits.period
            when 'week' then date '1970-01-01' + (waits.period * 7 - $week_shift)
            when 'month'
                then make_date(waits.period // 12, waits.period % 12 + 1, 1)
            when 'quarter'
                then make_date(waits.period // 4, waits.period % 4 * 3 + 1, 1)
            else make_date(waits.period, 1, 1)
        end as period,
        waits.measure,
        floor(waits.seconds)::bigint as seconds,
        count_if(waits.has_ended)::bigint as ended,
        count_if(not waits.has_ended)::bigint as censored
    from waits
    inner join grouped
        on waits.ticket_no = grouped.ticket_no
    where waits.period between $first_period and $last_period
    group by all
)

select * from final
order by
    segment,
    period,
    measure,
    seconds
