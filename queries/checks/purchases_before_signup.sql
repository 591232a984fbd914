-- purchases_before_signup: Customers who bought or paid on days before they signed up.
-- grain: one row per customer_id and table_name
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   table_name (VARCHAR): the table
--   signed_up_on (DATE): local day of the sign-up
--   first_on (DATE): local day of the first of them
--   days_before (BIGINT): days from then to the sign-up
--   rows_before (BIGINT): rows before the sign-up
-- source: ours; by local days, so that a sign-up without a time of day is no offence

with bought as (
    select
        'orders' as table_name,
        customer_no,
        ordered_on as bought_on
    from orders
    union all
    select
        'payments' as table_name,
        customer_no,
        charged_on as bought_on
    from payments
    union all
    select
        'subscriptions' as table_name,
        customer_no,
        started_on as bought_on
    from subscriptions
),

early as (
    select
        bought.table_name,
        bought.customer_no,
        min(bought.bought_on) as first_on,
        count(*) as rows_before
    from bought
    inner join customers
        on
            bought.customer_no = customers.customer_no
            and bought.bought_on < customers.signed_up_on
    group by bought.table_name, bought.customer_no
),

final as (
    select
        customers.customer_id,
        early.table_name,
        customers.signed_up_on,
        early.first_on,
        customers.signed_up_on - early.first_on as days_before,
        early.rows_before
    from early
    inner join customers on early.customer_no = customers.customer_no
)

select * from final
order by days_before desc, customer_id asc, table_name asc
limit $most
