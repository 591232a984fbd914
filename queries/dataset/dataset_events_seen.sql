-- dataset_events_seen: First event under each id of each source, and refused rows.
-- grain: one row per source, customer id and e-mail; a null id holds rows without one
-- params:
--   zone (VARCHAR): zone of local days
-- returns:
--   source_no (INTEGER): position of the source in the order of loading
--   customer_id (VARCHAR): id as in the exports
--   email (VARCHAR): e-mail address beside the id, lower case; null = none
--   first_at (TIMESTAMP): first event, UTC
--   first_on (DATE): local day of the first event
--   rows (BIGINT): rows that are not refused
--   rejected_events (BIGINT): rows that are refused
-- source: ours; an event is refused when it lacks a customer, a name or an instant

with counted as (
    select
        source_no,
        customer_id,
        email,
        min(happened_at) filter (where event is not null) as first_at,
        count(*) as all_rows,
        case
            when customer_id is null then 0
            else count(happened_at) filter (where event is not null)
        end as rows
    from staged_events
    group by source_no, customer_id, email
),

final as (
    select
        source_no,
        customer_id,
        email,
        first_at,
        case
            when $zone = 'UTC' then first_at::date
            else timezone($zone, timezone('UTC', first_at))::date
        end as first_on,
        rows,
        all_rows - rows as rejected_events
    from counted
)

select * from final
