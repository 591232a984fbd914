-- dataset_sightings: Whom each source tells of, under which id and e-mail address.
-- grain: one row per source, id and e-mail address; no id holds anonymous rows
-- params:
--   zone (VARCHAR): the workspace's zone
-- returns:
--   source_no (INTEGER): position of the source in the order of loading
--   given_id (VARCHAR): id as in the source; an e-mail address where there is no id
--   node (VARCHAR): the same, e-mail addresses in lower case
--   email (VARCHAR): e-mail address beside it, lower case; null = none
--   first_at (TIMESTAMP): first sign of life, UTC; null = none
--   first_on (DATE): its local day
--   rows (BIGINT): rows with them
--   is_customer (BOOLEAN): some row is more than an answer, invitation or ticket
--   is_described (BOOLEAN): some row describes the customer
-- source: ours; a sign-up or an experiment is no sign of life, and who only answers
--   or asks is no customer

with told as (
    select
        source_no,
        customer_id,
        email,
        first_at,
        first_on,
        rows,
        true as is_customer,
        false as is_described
    from events_seen
    where customer_id is not null and first_at is not null
    union all
    select
        source_no,
        customer_id,
        email,
        ordered_at,
        ordered_on,
        1 as rows,
        true as is_customer,
        false as is_described
    from staged_orders
    where reason is null
    union all
    select
        source_no,
        customer_id,
        email,
        ordered_at,
        ordered_on,
        1 as rows,
        true as is_customer,
        false as is_described
    from staged_order_lines
    where reason is null
    union all
    select
        source_no,
        customer_id,
        email,
        started_at,
        started_on,
        1 as rows,
        true as is_customer,
        false as is_described
    from staged_subscriptions
    where reason is null
    union all
    select
        source_no,
        customer_id,
        email,
        charged_at,
        charged_on,
        1 as rows,
        true as is_customer,
        false as is_described
    from staged_payments
    where reason is null
    union all
    select
        source_no,
        customer_id,
        email,
        case
            when mrr > 0
                then timezone(
                    'UTC',
                    timezone($zone, date_trunc('month', month_on)::timestamp)
                )
        end as first_at,
        case when mrr > 0 then date_trunc('month', month_on)::date end as first_on,
        1 as rows,
        true as is_customer,
        false as is_described
    from staged_mrr_months
    where reason is null
    union all
    select
        source_no,
        customer_id,
        email,
        moved_at,
        moved_on,
        1 as rows,
        true as is_customer,
        false as is_described
    from staged_mrr_movements
    where reason is null
    union all
    select
        source_no,
        customer_id,
        email,
        null as first_at,
        null as first_on,
        1 as rows,
        true as is_customer,
        false as is_described
    from staged_touches
    where reason is null
    union all
    select
        source_no,
        customer_id,
        email,
        null as first_at,
        null as first_on,
        1 as rows,
        true as is_customer,
        true as is_described
    from staged_customers
    where reason is null
    union all
    select
        source_no,
        customer_id,
        email,
        null as first_at,
        null as first_on,
        1 as rows,
        false as is_customer,
        false as is_described
    from staged_responses
    where reason is null
    union all
    select
        source_no,
        customer_id,
        email,
        null as first_at,
        null as first_on,
        1 as rows,
        false as is_customer,
        false as is_described
    from staged_invitations
    where reason is null
    union all
    select
        source_no,
        customer_id,
        email,
        null as first_at,
        null as first_on,
        1 as rows,
        false as is_customer,
        false as is_described
    from staged_tickets
    where reason is null
),

final as (
    select
        source_no,
        customer_id as given_id,
        case
            when contains(customer_id, '@') then lower(customer_id) else customer_id
        end
            as node,
        email,
        min(first_at) as first_at,
        min(first_on) as first_on,
        sum(rows)::bigint as rows,
        bool_or(is_customer) as is_customer,
        bool_or(is_described) as is_described
    from told
    group by source_no, customer_id, email
)

select * from final
