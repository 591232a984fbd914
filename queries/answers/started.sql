-- started: How many in view started at all, observed afterwards or not.
-- grain: one row
-- params: none
-- returns:
--   units (BIGINT): customers or accounts with a start
-- source: docs/definitions.md, Retention; the same relation as retention
with final as (
    select count(distinct starts.unit_no) as units
    from starts
)

select final.units
from final
