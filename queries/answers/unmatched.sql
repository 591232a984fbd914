-- unmatched: People of one loaded file who are not in another.
-- grain: one row per given_id, those with the most rows first
-- params:
--   source (VARCHAR): id of the file
--   other_source (VARCHAR): id of the file that they are not in
--   most (INTEGER): most rows wanted; null = all
-- returns:
--   customer_id (VARCHAR): the id that the customer goes by; null = not a customer
--   given_id (VARCHAR): an id in the file
--   email (VARCHAR): the customer's e-mail address
--   row_count (BIGINT): rows of the file with them
-- source: ours; anonymous rows are nobody's

with others as (
    select
        customer_no,
        person_id
    from appearances
    where source = $other_source
),

own as (
    select
        customer_no,
        person_id,
        min(given_id) as given_id,
        sum(rows)::bigint as row_count
    from appearances
    where
        source = $source
        and (customer_no is not null or person_id is not null)
    group by customer_no, person_id
),

final as (
    select
        customers.customer_id,
        coalesce(own.given_id, customers.customer_id) as given_id,
        customers.email,
        own.row_count
    from own
    left join customers on own.customer_no = customers.customer_no
    where
        not exists (
            select 1
            from others
            where
                others.customer_no = own.customer_no
                or others.person_id = own.person_id
        )
)

select * from final
order by row_count desc, given_id asc
limit $most
