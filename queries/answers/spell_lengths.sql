-- spell_lengths: How long customers were some, and how many still are.
-- grain: one row per is_known and duration_days
-- params:
--   known_from_on (DATE): who is first seen before it may have been there for longer
--   counted_from_on (DATE): from when on time, and who begins, is counted
--   late_from_on (DATE): from when on it is told how many of the others leave
--   as_of_on (DATE): end (exclusive) of the observed time
-- returns:
--   is_known (BOOLEAN): the first day is one, not just the first that the data show
--   duration_days (INTEGER): days as a customer, so far or until the end
--   ended (BIGINT): how many times it ended
--   still (BIGINT): how many are customers in the end
--   begun (BIGINT): how many of these times began in the time counted
--   counted_days (BIGINT): days as a customer in the time counted, together
--   late_days (BIGINT): days in the late time, of those not known
--   late_ended (BIGINT): ends in the late time, of those not known
-- source: docs/definitions.md, What if
with times as (
    select
        spells.started_on,
        spells.started_on >= $known_from_on as is_known,
        spells.ended_on is not null as has_ended,
        coalesce(spells.ended_on, $as_of_on) as until_on
    from spells
),

final as (
    select
        times.is_known,
        (times.until_on - times.started_on)::integer as duration_days,
        count(*) filter (where times.has_ended) as ended,
        count(*) filter (where not times.has_ended) as still,
        count(*) filter (where times.started_on >= $counted_from_on) as begun,
        sum(
            greatest(
                times.until_on - greatest(times.started_on, $counted_from_on), 0
            )
        )::bigint as counted_days,
        coalesce(
            sum(
                greatest(times.until_on - greatest(times.started_on, $late_from_on), 0)
            ) filter (where not times.is_known),
            0
        )::bigint as late_days,
        count(*) filter (
            where
            not times.is_known
            and times.has_ended
            and times.until_on >= $late_from_on
        ) as late_ended
    from times
    group by all
)

select
    final.is_known,
    final.duration_days,
    final.ended,
    final.still,
    final.begun,
    final.counted_days,
    final.late_days,
    final.late_ended
from final
order by
    final.is_known,
    final.duration_days
