-- dataset_events: Events with dense customer numbers, typed properties and local days.
-- grain: one row per event
-- params:
--   zone (VARCHAR): zone of local days
-- returns:
--   customer_no (INTEGER): the customer's dense number, from 0
--   event (event_name): what happened (ENUM)
--   happened_at (TIMESTAMP): when, UTC
--   happened_on (DATE): local day
--   properties (any): frequent properties, each in its own typed column
--   other_properties (JSON): properties without a column
-- source: ours; the order is what streaming windows rely on

with repeated as (
    select
        source_no,
        line
    from duplicates
    where feed = 'events'
),

placed as (
    select
        customer_numbers.customer_no,
        staged.event::event_name as event,
        staged.happened_at,
        staged.* exclude (
            source_no, line, customer_id, email, event, happened_at, happened_on,
            event_id, reason, row_text
        )
    from accepted_events as staged
    inner join customer_numbers on staged.customer_id = customer_numbers.given_id
    anti join repeated
        on staged.source_no = repeated.source_no and staged.line = repeated.line
    order by customer_numbers.customer_no, staged.happened_at, event
),

-- the local day is told afterwards: sorting is the faster the narrower the rows
final as (
    select
        customer_no,
        event,
        happened_at,
        case
            when $zone = 'UTC' then happened_at::date
            else timezone($zone, timezone('UTC', happened_at))::date
        end as happened_on,
        * exclude (customer_no, event, happened_at)
    from placed
)

select * from final
