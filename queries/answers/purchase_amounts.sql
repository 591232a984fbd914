-- purchase_amounts: How many customers bought again so often, for that much.
-- grain: one row per frequency and mean_value
-- params:
--   cut_on (DATE): first local day that is not looked at
--   amount_step (DOUBLE): amounts are rounded to this; 0 for not at all
-- returns:
--   frequency (BIGINT): days with a purchase after the first one
--   mean_value (DOUBLE): their mean amount, above nought
--   customers (BIGINT): customers or accounts with both
-- source: Fader and Hardie (2013), The Gamma-Gamma model of monetary value
with began as (
    select
        purchases.unit_no,
        min(purchases.bought_on) as first_on
    from purchases
    where purchases.buys > 0
    group by purchases.unit_no
),

by_customer as (
    select
        purchases.unit_no,
        count(*) as frequency,
        avg(purchases.sales) as mean_value
    from purchases
    inner join began
        on purchases.unit_no = began.unit_no
    where
        purchases.buys > 0
        and purchases.bought_on > began.first_on
        and purchases.bought_on < $cut_on
    group by purchases.unit_no
),

final as (
    select
        by_customer.frequency,
        case
            when $amount_step > 0
                then
                    (ceil(by_customer.mean_value / $amount_step) * $amount_step)
            else by_customer.mean_value
        end as mean_value,
        count(*) as customers
    from by_customer
    where by_customer.mean_value > 0
    group by all
)

select
    final.frequency,
    final.mean_value,
    final.customers
from final
order by
    final.frequency,
    final.mean_value
