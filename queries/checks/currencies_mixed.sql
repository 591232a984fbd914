-- currencies_mixed: Tables with amounts in several currencies.
-- grain: one row per table_name and currency
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   table_name (VARCHAR): orders, payments or subscriptions
--   currency (VARCHAR): currency code; null = not given
--   priced_rows (BIGINT): rows with an amount in it
--   customers (BIGINT): whose rows they are
--   first_on (DATE): first local day
--   last_on (DATE): last local day
-- source: ours; amounts in two currencies have no sum

with priced as (
    select
        'orders' as table_name,
        currency,
        customer_no,
        ordered_on as happened_on
    from orders
    where amount is not null
    union all
    select
        'payments' as table_name,
        currency,
        customer_no,
        charged_on as happened_on
    from payments
    where amount is not null
    union all
    select
        'subscriptions' as table_name,
        currency,
        customer_no,
        started_on as happened_on
    from subscriptions
    where price is not null
),

final as (
    select
        table_name,
        currency,
        count(*) as priced_rows,
        count(distinct customer_no) as customers,
        min(happened_on) as first_on,
        max(happened_on) as last_on
    from priced
    group by table_name, currency
    qualify count(*) over (partition by table_name) > 1
)

select * from final
order by table_name asc, priced_rows desc, currency asc
limit $most
