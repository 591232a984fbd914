-- unpriced: Which paid subscriptions are in no monthly revenue, and why.
-- grain: one row per reason and currency
-- params:
--   counted_currencies (VARCHAR[]): those that are counted, '' where none is given
--   as_of_on (DATE): end (exclusive) of the observed time
--   most_a_month (DOUBLE): from this on a price a month cannot be true
-- returns:
--   reason (VARCHAR): backwards, no price, negative, free, too much or other
--     currency
--   currency (VARCHAR): currency code; empty where none is given
--   customers (BIGINT): customers or accounts with such a subscription
--   subscriptions (BIGINT): such subscription periods
-- source: docs/definitions.md, Monthly revenue
with judged as (
    select
        subscriptions.customer_no,
        coalesce(subscriptions.currency, '') as currency,
        case
            when subscriptions.ended_on < subscriptions.started_on then 'backwards'
            when subscriptions.paid_from_on is null then null
            when subscriptions.price is null then 'no price'
            when
                subscriptions.price * subscriptions.quantity
                < coalesce(subscriptions.discount, 0)
                then 'negative'
            when
                subscriptions.price * subscriptions.quantity
                = coalesce(subscriptions.discount, 0)
                then 'free'
            when
                subscriptions.price * subscriptions.quantity
                - coalesce(subscriptions.discount, 0)
                >= $most_a_month * subscriptions.interval_months
                then 'too much'
            when
                not list_contains(
                    $counted_currencies, coalesce(subscriptions.currency, '')
                )
                then 'other currency'
        end as reason
    from subscriptions
    where subscriptions.started_on < $as_of_on
),

final as (
    select
        population.unit_no,
        judged.currency,
        judged.reason
    from judged
    inner join population
        on judged.customer_no = population.customer_no
    where judged.reason is not null
)

select
    final.reason,
    final.currency,
    count(distinct final.unit_no) as customers,
    count(*) as subscriptions
from final
group by all
order by
    final.reason,
    final.currency
