-- dataset_observed: How far each table has been observed, and its last complete day.
-- grain: one row per table that has instants
-- params:
--   zone (VARCHAR): the workspace's zone
-- returns:
--   table_name (VARCHAR): the table
--   rows (BIGINT): its rows
--   customers (BIGINT): customers in it
--   first_at (TIMESTAMP): first instant, UTC
--   last_at (TIMESTAMP): last instant, UTC
--   observed_from (DATE): first observed local day
--   observed_until (DATE): day after the last observed one
--   as_of (DATE): exclusive end of the last complete day
--   is_dated (BOOLEAN): every instant is a local midnight, so they are pure dates
-- source: docs/definitions.md, Time: a table of pure dates is complete to its last day,
--   one with times of day to the day before; ends of subscriptions may lie ahead and
--   observe nothing

with few as (
    select
        'orders' as table_name,
        customer_no,
        ordered_at as seen_at,
        ordered_on as observed_on,
        1 as rows
    from orders
    union all
    select
        'payments' as table_name,
        customer_no,
        charged_at as seen_at,
        charged_on as observed_on,
        1 as rows
    from payments
    union all
    select
        'responses' as table_name,
        customer_no,
        answered_at as seen_at,
        answered_on as observed_on,
        1 as rows
    from responses
    union all
    select
        'invitations' as table_name,
        customer_no,
        sent_at as seen_at,
        sent_on as observed_on,
        1 as rows
    from invitations
    union all
    select
        'touches' as table_name,
        customer_no,
        touched_at as seen_at,
        touched_on as observed_on,
        1 as rows
    from touches
    union all
    select
        'tickets' as table_name,
        customer_no,
        opened_at as seen_at,
        opened_on as observed_on,
        1 as rows
    from tickets
    union all
    select
        'customers' as table_name,
        customer_no,
        signed_up_at as seen_at,
        signed_up_on as observed_on,
        1 as rows
    from customers
    where signed_up_at is not null
    union all
    select
        'subscriptions' as table_name,
        customer_no,
        started_at as seen_at,
        started_on as observed_on,
        1 as rows
    from subscriptions
    union all
    select
        'subscriptions' as table_name,
        customer_no,
        cancelled_at as seen_at,
        cancelled_on as observed_on,
        0 as rows
    from subscriptions
    where
        cancelled_at is not null
        -- one that still runs and is cancelled for the day of its end is so by a plan
        and not (
            cancelled_on is not distinct from ended_on
            and coalesce(status, '') in (
                'active', 'non_renewing', 'trialing', 'in_trial', 'past_due', 'live'
            )
        )
    -- What a table of months says of a month, it says of all of it.
    union all
    select
        'subscriptions' as table_name,
        null as customer_no,
        timezone('UTC', timezone($zone, last_day(month_on)::timestamp)) as seen_at,
        last_day(month_on) as observed_on,
        0 as rows
    from staged_mrr_months
    where reason is null
    union all
    select
        'subscriptions' as table_name,
        null as customer_no,
        moved_at as seen_at,
        moved_on as observed_on,
        0 as rows
    from staged_mrr_movements
    where reason is null
),

-- events are many: their days are counted apart, and whoever did one is active
days as (
    select
        'events' as table_name,
        happened_on as observed_on,
        min(happened_at) as first_at,
        max(happened_at) as last_at,
        count(*) as rows
    from events
    where happened_at is not null
    group by happened_on
    union all
    select
        table_name,
        observed_on,
        min(seen_at) as first_at,
        max(seen_at) as last_at,
        sum(rows)::bigint as rows
    from few
    where seen_at is not null
    group by table_name, observed_on
),

people as (
    select
        'events' as table_name,
        count(*) as customers
    from activity_days
    where previous_period is null
    union all
    select
        table_name,
        count(distinct customer_no) as customers
    from few
    group by table_name
),

spans as (
    select
        table_name,
        sum(rows)::bigint as rows,
        min(first_at) as first_at,
        max(last_at) as last_at,
        min(observed_on) as observed_from,
        max(observed_on) as last_on,
        bool_and(
            first_at = last_at
            and first_at = timezone('UTC', timezone($zone, observed_on::timestamp))
        ) as is_dated
    from days
    group by table_name
),

gaps as (
    select
        table_name,
        max(observed_on - previous_on) as longest_gap
    from (
        select
            table_name,
            observed_on,
            lag(observed_on)
                over (partition by table_name order by observed_on)
                as previous_on
        from days
    ) as neighbours
    group by table_name
),

own as (
    select
        spans.*,
        (spans.last_on + spans.is_dated::integer)::date as own_as_of,
        max((spans.last_on + spans.is_dated::integer)::date) over () as latest_as_of,
        max(spans.last_on + 1) over ()::date as latest_until
    from spans
),

-- a silence at the end that is no longer than one before is not the end of the export
final as (
    select
        own.table_name,
        own.rows,
        people.customers,
        own.first_at,
        own.last_at,
        own.observed_from,
        case
            when own.latest_as_of - own.own_as_of <= coalesce(gaps.longest_gap, 0)
                then own.latest_until
            else (own.last_on + 1)::date
        end as observed_until,
        case
            when own.latest_as_of - own.own_as_of <= coalesce(gaps.longest_gap, 0)
                then own.latest_as_of
            else own.own_as_of
        end as as_of,
        own.is_dated
    from own
    inner join people on own.table_name = people.table_name
    inner join gaps on own.table_name = gaps.table_name
)

select * from final
order by table_name
