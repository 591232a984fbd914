-- unpriced: Which paid subscriptions are in no monthly revenue, and why.
-- grain: one row per reason and currency
-- params:
--   counted_currencies (VARCHAR[]): those that are counted, '' where none is given
--   as_of_on (DATE): end (exclusive) of the observed time
-- returns:
--   reason (VARCHAR): backwards, no price, negative, free or other currency
--   currency (VARCHAR): currency code; empty where none is given
--   customers (BIGINT): customers or accounts with such a subscription
--   subscriptions (BIGINT): such subscription periods
-- source: docs/definitions.md, Monthly revenue
with in_view_once as (
    select distinct
        population.customer_no,
        population.unit_no
    from population
),

judged as (
    select
        in_view_once.unit_no,
        coalesce(subscriptions.currency, '') as currency,
        subscriptions.price * subscriptions.quantity
        - coalesce(subscriptions.discount, 0) as amount,
        subscriptions.paid_from_on is not null as is_paid,
        subscriptions.ended_on < subscriptions.started_on as is_backwards
    from subscriptions
    inner join in_view_once
        on subscriptions.customer_no = in_view_once.customer_no
    where subscriptions.started_on < $as_of_on
),

final as (
    select
        judged.unit_no,
        judged.currency,
        case
            when judged.is_backwards then 'backwards'
            when judged.amount is null then 'no price'
            when judged.amount < 0 then 'negative'
            when judged.amount = 0 then 'free'
            when not list_contains($counted_currencies, judged.currency)
                then 'other currency'
        end as reason
    from judged
    where judged.is_paid or judged.is_backwards
)

select
    final.reason,
    final.currency,
    count(distinct final.unit_no) as customers,
    count(*) as subscriptions
from final
where final.reason is not null
group by all
order by
    final.reason,
    final.currency
