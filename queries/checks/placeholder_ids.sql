-- placeholder_ids: Customers whose id stands for nobody, such as null or unknown.
-- grain: one row per customer_id
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   joined_on (DATE): first local day
--   active_days (BIGINT): days with events
-- source: ours; tools write such words where they do not know who it was

with days as (
    select
        customer_no,
        count(*) as active_days
    from activity_days
    group by customer_no
),

final as (
    select
        customers.customer_id,
        customers.joined_on,
        coalesce(days.active_days, 0) as active_days
    from customers
    left join days on customers.customer_no = days.customer_no
    where
        lower(trim(customers.customer_id, ' "''()[]<>#-'))
        in (
            '', '0', 'null', 'none', 'nil', 'nan', 'n/a', 'na', 'undefined', 'unknown',
            'anonymous', 'anon', 'guest', 'not set', 'object object', 'false', 'true',
            '00000000-0000-0000-0000-000000000000'
        )
)

select * from final
order by active_days desc, customer_id asc
limit $most
