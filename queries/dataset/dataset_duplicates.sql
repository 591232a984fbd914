-- dataset_duplicates: Rows that repeat another one, by key or as a whole.
-- grain: one row per source and line
-- params: none
-- returns:
--   feed (VARCHAR): the feed
--   source_no (INTEGER): position of the source in the order of loading
--   line (BIGINT): line of the file
-- source: ours; the key of each feed is declared in model.py and the latest source
--   wins; of rows without an id, those that an earlier file has already; subscriptions
--   without an id are the same when customer, start and plan are

with repeated_events as (
    select hash(event_id) as key_hash
    from staged_events
    where event_id is not null
    group by key_hash
    having count(*) > 1
),

events_duplicates as (
    select
        'events' as feed,
        source_no,
        line
    from staged_events
    where
        reason is null
        and event_id is not null
        and hash(event_id) in (
            select repeated_events.key_hash from repeated_events
        )
    qualify
        row_number() over (
            partition by event_id, customer_id, event, happened_at
            order by source_no desc, line desc
        ) > 1
),

orders_duplicates as (
    select
        'orders' as feed,
        source_no,
        line
    from staged_orders
    where reason is null and order_id is not null
    qualify
        row_number() over (
            partition by order_id order by source_no desc, line desc
        ) > 1
),

subscriptions_duplicates as (
    select
        'subscriptions' as feed,
        source_no,
        line
    from staged_subscriptions
    where reason is null and subscription_id is not null
    qualify
        row_number() over (
            partition by subscription_id, started_at order by source_no desc, line desc
        ) > 1
),

-- an export that tells of each month anew repeats a period until it ends
subscriptions_told_again as (
    select
        'subscriptions' as feed,
        source_no,
        line
    from staged_subscriptions
    where reason is null and subscription_id is null and customer_id is not null
    qualify
        row_number() over (
            partition by customer_id, started_at, plan
            order by source_no desc, line desc
        ) > 1
),

payments_duplicates as (
    select
        'payments' as feed,
        source_no,
        line
    from staged_payments
    where reason is null and payment_id is not null
    qualify
        row_number() over (
            partition by payment_id order by source_no desc, line desc
        ) > 1
),

answers as (
    select
        source_no,
        line,
        row_number() over (
            partition by response_id, kind, question
            order by source_no desc, line desc
        ) as recency
    from staged_responses
    where reason is null and response_id is not null
),

-- A row with several answers repeats others when every one of them does.
responses_duplicates as (
    select
        'responses' as feed,
        source_no,
        line
    from answers
    group by source_no, line
    having min(recency) > 1
),

tickets_duplicates as (
    select
        'tickets' as feed,
        source_no,
        line
    from staged_tickets
    where reason is null and ticket_id is not null
    qualify
        row_number() over (
            partition by ticket_id order by source_no desc, line desc
        ) > 1
),

touches_duplicates as (
    select
        'touches' as feed,
        source_no,
        line
    from staged_touches
    where reason is null and customer_id is not null
    qualify
        row_number() over (
            partition by customer_id, experiment, variant, touched_at
            order by source_no desc, line desc
        ) > 1
),

final as (
    select * from events_duplicates
    union all
    select * from orders_duplicates
    union all
    select * from subscriptions_duplicates
    union all
    select * from payments_duplicates
    union all
    select * from responses_duplicates
    union all
    select * from tickets_duplicates
    union all
    select * from touches_duplicates
    union all
    select * from subscriptions_told_again
    union all
    select * from repeated_rows
    where feed <> 'subscriptions'
)

select * from final
