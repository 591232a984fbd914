-- tickets_seen: From when to when tickets were observed, and what is told of them.
-- grain: one row
-- params:
--   zone (VARCHAR): the workspace's zone
-- returns:
--   tickets (BIGINT): tickets
--   first_on (DATE): local day of the first opening
--   last_on (DATE): local day of the last opening, answer or solution
--   is_dated (BOOLEAN): every instant is a local midnight, so they are pure dates
--   answered (BIGINT): tickets with a first answer
--   solved (BIGINT): tickets with an instant of the solution
--   told_reopens (BIGINT): tickets of which it is told how often they were reopened
-- source: docs/definitions.md, Support; a table of pure dates is complete to its last
--   day, one with times of day to the day before
with instants as (
    select tickets.opened_at as happened_at
    from tickets
    union all
    select tickets.first_responded_at as happened_at
    from tickets
    union all
    select tickets.solved_at as happened_at
    from tickets
),

local_instants as (
    select timezone($zone, timezone('UTC', instants.happened_at)) as happened_at
    from instants
    where instants.happened_at is not null
),

range_seen as (
    select
        max(local_instants.happened_at)::date as last_on,
        bool_and(
            local_instants.happened_at = date_trunc('day', local_instants.happened_at)
        ) as is_dated
    from local_instants
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
        range_seen.is_dated,
        told.answered,
        told.solved,
        told.told_reopens
    from told
    cross join range_seen
)

select * from final
