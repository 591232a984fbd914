-- purchase_histories: How often and how recently customers bought, in groups.
-- grain: one row per segment, frequency, recency_place and age_place
-- params:
--   cut_on (DATE): first local day that is not looked at; later days are told apart
--   step_days (INTEGER): days that are taken together to make groups
-- returns:
--   segment (VARCHAR): the segment
--   frequency (BIGINT): days with a purchase after the first one
--   recency_place (INTEGER): number of the step of the last purchase
--   age_place (INTEGER): number of the step of the first purchase, from the end
--   recency_days (DOUBLE): mean days from the first to the last purchase
--   age_days (DOUBLE): mean days from the first purchase to the end
--   customers (BIGINT): customers or accounts with this history
--   mean_value (DOUBLE): mean amount of their purchases after the first
--   sales_amount (DOUBLE): what they brought
--   returned_amount (DOUBLE): what was given back
--   later (BIGINT): days with a purchase from cut_on on
--   later_squares (DOUBLE): sum over customers of these days squared
-- source: Fader, Hardie and Lee (2005), Marketing Science 24, 275-284: frequency,
--   recency and age; several orders of one day are one purchase
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
        purchases.segment_no,
        began.first_on,
        count_if(purchases.buys > 0 and purchases.bought_on < $cut_on) - 1
            as frequency,
        max(
            case
                when purchases.buys > 0 and purchases.bought_on < $cut_on
                    then purchases.bought_on
            end
        ) - began.first_on as recency_days,
        $cut_on - 1 - began.first_on as age_days,
        avg(
            case
                when
                    purchases.buys > 0
                    and purchases.bought_on > began.first_on
                    and purchases.bought_on < $cut_on
                    then purchases.sales
            end
        ) as mean_value,
        count_if(purchases.buys > 0 and purchases.bought_on >= $cut_on) as later,
        sum(case when purchases.bought_on < $cut_on then purchases.sales else 0 end)
            as sales,
        sum(
            case when purchases.bought_on < $cut_on then purchases.returned else 0 end
        ) as returned
    from purchases
    inner join began
        on purchases.unit_no = began.unit_no
    where began.first_on < $cut_on
    group by
        purchases.unit_no,
        purchases.segment_no,
        began.first_on
),

grouped as (
    select
        by_customer.segment_no,
        by_customer.frequency,
        (by_customer.recency_days // $step_days)::integer as recency_place,
        (by_customer.age_days // $step_days)::integer as age_place,
        avg(by_customer.recency_days) as recency_days,
        avg(by_customer.age_days) as age_days,
        count(*) as customers,
        avg(by_customer.mean_value) as mean_value,
        sum(by_customer.sales) as sales_amount,
        sum(by_customer.returned) as returned_amount,
        sum(by_customer.later)::bigint as later,
        sum(by_customer.later::double * by_customer.later) as later_squares
    from by_customer
    group by
        by_customer.segment_no,
        by_customer.frequency,
        recency_place,
        age_place
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        grouped.segment_no,
        labels.segment,
        grouped.frequency::bigint as frequency,
        grouped.recency_place,
        grouped.age_place,
        grouped.recency_days,
        grouped.age_days,
        grouped.customers,
        coalesce(grouped.mean_value, 0) as mean_value,
        grouped.sales_amount,
        grouped.returned_amount,
        grouped.later,
        grouped.later_squares
    from grouped
    inner join labels
        on grouped.segment_no = labels.segment_no
)

select
    final.segment,
    final.frequency,
    final.recency_place,
    final.age_place,
    final.recency_days,
    final.age_days,
    final.customers,
    final.mean_value,
    final.sales_amount,
    final.returned_amount,
    final.later,
    final.later_squares
from final
order by
    final.segment_no,
    final.frequency,
    final.recency_place,
    final.age_place
