-- tickets_seen: From when to when tickets were observed, and what is told of them.
-- grain: one row
-- params:
--   zone (VARCHAR): the workspace's zone
-- returns:
--   tickets (BIGINT): tickets
--   first_on (DATE): local day of the first opening
--   last_on (DATE): local day of the last opening, or answer or solution believed
--   beyond (BIGINT): answers and solutions that are not: after the last opening and
--     a silence longer than any before it and than a week, where ten days are known
--   is_dated (BOOLEAN): every instant is a local midnight, so they are pure dates
--   answered (BIGINT): tickets with a first answer
--   solved (BIGINT): tickets with an instant of the solution
--   told_reopens (BIGINT): tickets of which it is told how often they were reopened
-- source: docs/definitions.md, Support; a table of pure dates is complete to its last
--   day, one with times of day to the day before
with instants as (
    select
        tickets.opened_at as happened_at,
        true as is_opening
    from tickets
    union all
    select
        tickets.first_responded_at as happened_at,
        false as is_opening
    from tickets
    union all
    select
        tickets.solved_at as happened_at,
        false as is_opening
    from tickets
),

local_instants as (
    select
        timezone($zone, timezone('UTC', instants.happened_at)) as happened_at,
        instants.is_opening
    from instants
    where instants.happened_at is not null
),

days as (
    select
        local_instants.happened_at::date as seen_on,
        count(*) as instants,
        bool_and(
            local_instants.happened_at = date_trunc('day', local_instants.happened_at)
        ) as is_dated,
        seen_on > max(max(local_instants.happened_at::date) filter (
            where local_instants.is_opening
        )) over () as is_late,
        seen_on - lag(seen_on) over (order by seen_on) as silence
    from local_instants
    group by local_instants.happened_at::date
),

usual as (
    select
        count(*) as days_seen,
        greatest(max(days.silence), 7) as longest
    from days
    where not days.is_late
),

end_seen as (
    select min(days.seen_on) as beyond_from_on
    from days
    cross join usual
    where days.is_late and days.silence > usual.longest and usual.days_seen >= 10
),

range_seen as (
    select
        max(days.seen_on) filter (
            where coalesce(days.seen_on < end_seen.beyond_from_on, true)
        ) as last_on,
        bool_and(days.is_dated) as is_dated,
        coalesce(sum(days.instants) filter (
            where days.seen_on >= end_seen.beyond_from_on
        ), 0)::bigint as beyond
    from days
    cross join end_seen
),

told as (
    select
        count(*) as tickets,
        min(tickets.opened_on) as first_on,
        count(tickets.first_responded_at) as answered,
        count(tickets.solved_at) as solved,
        count(tickets.reopens) as told_reopens
    from tickets
),

final as (
    select
        told.tickets,
        told.first_on,
        range_seen.last_on,
        range_seen.beyond,
        range_seen.is_dated,
        told.answered,
        told.solved,
        told.told_reopens
    from told
    cross join range_seen
)

select * from final
