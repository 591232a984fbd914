-- instants_long_ago: Rows dated before 1990.
-- grain: one row per row of a table with instants
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   table_name (VARCHAR): the table
--   customer_id (VARCHAR): id as in the exports; null = unknown
--   happened_at (TIMESTAMP): when it is said to have happened, UTC
-- source: ours; zeros of calendars (1899, 1900, 1904, 1970, 1980) come from empty cells

with found as (
    select
        'events' as table_name,
        customer_no,
        happened_at
    from events
    where happened_at < timestamp '1990-01-01'
    union all
    select
        'orders' as table_name,
        customer_no,
        ordered_at as happened_at
    from orders
    where ordered_at < timestamp '1990-01-01'
    union all
    select
        'payments' as table_name,
        customer_no,
        charged_at as happened_at
    from payments
    where charged_at < timestamp '1990-01-01'
    union all
    select
        'subscriptions' as table_name,
        customer_no,
        started_at as happened_at
    from subscriptions
    where started_at < timestamp '1990-01-01'
    union all
    select
        'responses' as table_name,
        customer_no,
        answered_at as happened_at
    from responses
    where answered_at < timestamp '1990-01-01'
    union all
    select
        'invitations' as table_name,
        customer_no,
        sent_at as happened_at
    from invitations
    where sent_at < timestamp '1990-01-01'
    union all
    select
        'tickets' as table_name,
        customer_no,
        opened_at as happened_at
    from tickets
    where opened_at < timestamp '1990-01-01'
    union all
    select
        'touches' as table_name,
        customer_no,
        touched_at as happened_at
    from touches
    where touched_at < timestamp '1990-01-01'
    union all
    select
        'customers' as table_name,
        customer_no,
        signed_up_at as happened_at
    from customers
    where signed_up_at < timestamp '1990-01-01'
),

final as (
    select
        found.table_name,
        customers.customer_id,
        found.happened_at
    from found
    left join customers on found.customer_no = customers.customer_no
)

select * from final
order by happened_at asc, table_name asc, customer_id asc
limit $most
