-- unseen_starts: How many started where what came after it was not observed.
-- grain: one row
-- params:
--   first_on (DATE): first local day on which a start is taken
-- returns:
--   started_before (BIGINT): started before that day
--   started_after (BIGINT): started after the observed time
-- source: docs/definitions.md, First success
with members as (
    select distinct population.unit_no
    from population
),

final as (
    select
        count(*) filter (where attained.started_on < $first_on) as started_before,
        count(*) filter (
            where attained.seen_days < 0 and attained.started_on >= $first_on
        ) as started_after
    from attained
    inner join members
        on attained.unit_no = members.unit_no
)

select
    final.started_before,
    final.started_after
from final
