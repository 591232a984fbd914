-- tickets_before_churn: Who of those who left had a ticket in the days before.
-- grain: one row per segment
-- params:
--   days (INTEGER): how many days before are looked at
--   tickets_from_on (DATE): first day on which tickets were observed
--   tickets_until_on (DATE): end (exclusive) of the days on which they were
-- returns:
--   segment (VARCHAR): what the tickets are about; All is any ticket
--   left_spells (BIGINT): times that somebody left; who left twice counts twice
--   left_with (BIGINT): of these, those with a ticket in the days before
--   left_tickets (BIGINT): their tickets in these days
--   stayed_customers (BIGINT): customers who were there on any of the days of leaving
--     and stayed
--   stayed_rate (DOUBLE): share of those who stayed on a day that had a ticket in the
--     days before it; the mean of the days, by how many left on each
--   stayed_tickets (DOUBLE): tickets each of them had in these days, the same mean
-- source: ours, after the choice of controls among those still at risk: Lubin and
--   Gail (1984), Biometrics 40, 63-75, here all of them; docs/definitions.md, Tickets
--   before leaving
with stays as (
    select
        spells.unit_no,
        spells.started_on,
        coalesce(spells.ended_on, date '9999-12-31') as ended_on
    from spells
),

leavers as (
    select
        stays.unit_no,
        stays.ended_on as left_on
    from stays
    where
        stays.ended_on - $days >= $tickets_from_on
        and stays.ended_on <= $tickets_until_on
),

leaving_days as (
    select
        leavers.left_on,
        count(*) as number
    from leavers
    group by leavers.left_on
),

written as (
    select
        'All' as label,
        shown_tickets.unit_no,
        shown_tickets.opened_on
    from shown_tickets
    where not shown_tickets.is_unknown
    union all
    select
        ticket_groups.label,
        shown_tickets.unit_no,
        shown_tickets.opened_on
    from ticket_groups
    inner join shown_tickets
        on ticket_groups.ticket_no = shown_tickets.ticket_no
    where not shown_tickets.is_unknown
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

heard as (
    select
        written.label,
        leavers.unit_no,
        leavers.left_on,
        count(*) as tickets
    from leavers
    inner join written
        on
            leavers.unit_no = written.unit_no
            and leavers.left_on > written.opened_on
            and leavers.left_on - $days <= written.opened_on
    group by written.label, leavers.unit_no, leavers.left_on
),

heard_of as (
    select
        heard.label,
        count(*) as left_with,
        sum(heard.tickets)::bigint as left_tickets
    from heard
    group by heard.label
),

-- a ticket is in the days before each of the days that follow it
following as (
    select
        written.label,
        written.unit_no,
        written.opened_on + 1 as from_on,
        least(
            written.opened_on + $days,
            lead(written.opened_on) over (
                partition by written.label, written.unit_no
                order by written.opened_on
            )
        ) as next_on,
        written.opened_on + $days as until_on
    from written
),

-- with several tickets at once a customer is one with a ticket, and has several
spans as (
    select
        following.label,
        following.unit_no,
        following.from_on,
        following.next_on as until_on,
        1 as customers,
        0 as tickets
    from following
    union all
    select
        following.label,
        following.unit_no,
        following.from_on,
        following.until_on,
        0 as customers,
        1 as tickets
    from following
),

seen as (
    select
        spans.label,
        spans.customers,
        spans.tickets,
        greatest(spans.from_on, stays.started_on + 1) as from_on,
        least(spans.until_on, stays.ended_on - 1) as until_on
    from spans
    inner join stays
        on
            spans.unit_no = stays.unit_no
            and spans.from_on < stays.ended_on
            and spans.until_on > stays.started_on
),

marks as (
    select
        seen.label,
        seen.from_on as marked_on,
        0 as present,
        seen.customers,
        seen.tickets,
        0 as number
    from seen
    where seen.from_on <= seen.until_on
    union all
    select
        seen.label,
        seen.until_on + 1 as marked_on,
        0 as present,
        -seen.customers as customers,
        -seen.tickets as tickets,
        0 as number
    from seen
    where seen.from_on <= seen.until_on
    union all
    select
        labels.label,
        stays.started_on + 1 as marked_on,
        1 as present,
        0 as customers,
        0 as tickets,
        0 as number
    from stays
    cross join labels
    where stays.started_on + 1 < stays.ended_on
    union all
    select
        labels.label,
        stays.ended_on as marked_on,
        -1 as present,
        0 as customers,
        0 as tickets,
        0 as number
    from stays
    cross join labels
    where
        stays.started_on + 1 < stays.ended_on
        and stays.ended_on < date '9999-12-31'
    union all
    select
        labels.label,
        leaving_days.left_on as marked_on,
        0 as present,
        0 as customers,
        0 as tickets,
        leaving_days.number
    from leaving_days
    cross join labels
),

by_day as (
    select
        marks.label,
        marks.marked_on,
        sum(marks.present) as present,
        sum(marks.customers) as customers,
        sum(marks.tickets) as tickets,
        sum(marks.number) as number
    from marks
    group by marks.label, marks.marked_on
),

standing as (
    select
        by_day.label,
        by_day.number,
        sum(by_day.present) over day_by_day as present,
        sum(by_day.customers) over day_by_day as customers,
        sum(by_day.tickets) over day_by_day as tickets
    from by_day
    window
        day_by_day as (
            partition by by_day.label
            order by by_day.marked_on
        )
),

stayed as (
    select
        standing.label,
        sum(standing.number * standing.customers / standing.present)
        / sum(standing.number) as stayed_rate,
        sum(standing.number * standing.tickets / standing.present)
        / sum(standing.number) as stayed_tickets
    from standing
    where standing.number > 0 and standing.present > 0
    group by standing.label
),

stayers as (
    select count(distinct stays.unit_no) as stayed_customers
    from stays
    asof inner join leaving_days
        on stays.started_on < leaving_days.left_on
    where leaving_days.left_on < stays.ended_on
),

sizes as (
    select count(*) as left_spells
    from leavers
),

final as (
    select
        labels.label as segment,
        labels.place,
        sizes.left_spells,
        coalesce(heard_of.left_with, 0) as left_with,
        coalesce(heard_of.left_tickets, 0) as left_tickets,
        stayers.stayed_customers,
        stayed.stayed_rate,
        stayed.stayed_tickets
    from labels
    cross join sizes
    cross join stayers
    left join heard_of
        on labels.label = heard_of.label
    left join stayed
        on labels.label = stayed.label
)

select
    final.segment,
    final.left_spells,
    final.left_with,
    final.left_tickets,
    final.stayed_customers,
    final.stayed_rate,
    final.stayed_tickets
from final
order by final.place
