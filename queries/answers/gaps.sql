-- gaps: How long customers are usually silent between two active days.
-- grain: one row
-- params: none
-- returns:
--   gaps (BIGINT): gaps between two active days of one customer
--   median_days (BIGINT): half of the gaps are no longer than this
--   lapse_days (BIGINT): 95 of 100 gaps are no longer than this
-- source: docs/definitions.md, Churn: the default lapse threshold
with gaps as (
    select presence.period - presence.previous_period as gap_days
    from presence
    where presence.previous_period is not null
),

final as (
    select
        count(*) as gaps,
        quantile_disc(gaps.gap_days, 0.5)::bigint as median_days,
        quantile_disc(gaps.gap_days, 0.95)::bigint as lapse_days
    from gaps
)

select
    final.gaps,
    final.median_days,
    final.lapse_days
from final
