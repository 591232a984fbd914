-- dataset_sightings: Whom each source tells of, under which id and e-mail address.
-- grain: one row per source, id and e-mail address; no id holds anonymous rows
-- params: none
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

with final as (
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
    from people
    group by source_no, customer_id, email
)

select * from final
