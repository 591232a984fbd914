-- earned_between: What customers in view brought in a stretch of time.
-- grain: one row
-- params:
--   counted_from_on (DATE): its first day
--   as_of_on (DATE): end (exclusive) of it
-- returns:
--   amount (DOUBLE): what they brought, less what was given back; 0 where nothing
-- source: docs/definitions.md, What if
with counted as (
    select
        earnings.daily,
        greatest(
            least(earnings.until_on, $as_of_on)
            - greatest(earnings.from_on, $counted_from_on),
            0
        ) as days
    from earnings
),

final as (
    select coalesce(sum(counted.daily * counted.days), 0)::double as amount
    from counted
)

select final.amount from final
