-- dataset_duplicates: Rows that repeat another one, by key or as a whole.
-- grain: one row per source and line
-- params: none
-- returns:
--   feed (VARCHAR): the feed
--   source_no (INTEGER): position of the source in the order of loading
--   line (BIGINT): line of the file
-- source: ours; rows with the same id, of the same customer, are the same, and the
--   latest source wins; what a later source leaves out supersedes what an earlier one
--   took; a later source tells all lines of an order anew; of rows without an id, those
--   that an earlier file has already; subscriptions without an id are the same when
--   customer, start, plan, price, currency and quantity are

with repeated_events as (
    select hash(event_id) as key_hash
    from staged_events
    where event_id is not null
    group by key_hash
    having count(*) > 1
),

candidate_events as (
    select
        source_no,
        line,
        event_id,
        event,
        happened_at,
        case
            when contains(customer_id, '@') then lower(customer_id) else customer_id
        end
            as node
    from staged_events
    where
        reason is null
        and event_id is not null
        and hash(event_id) in (
            select repeated_events.key_hash from repeated_events
        )
),

events_duplicates as (
    select
        'events' as feed,
        candidate_events.source_no,
        candidate_events.line
    from candidate_events
    left join aliases on candidate_events.node = aliases.alias
    qualify
        row_number() over (
            partition by
                candidate_events.event_id,
                coalesce(aliases.person, candidate_events.node),
                candidate_events.event,
                candidate_events.happened_at
            order by candidate_events.source_no desc, candidate_events.line desc
        ) > 1
),

keyed as (
    select
        'orders' as feed,
        source_no,
        line,
        reason,
        customer_id,
        order_id as id,
        null::timestamp as happened_at,
        null::varchar as variant
    from told_orders
    where order_id is not null
    union all
    select
        'subscriptions' as feed,
        source_no,
        line,
        reason,
        customer_id,
        subscription_id as id,
        started_at as happened_at,
        null as variant
    from told_subscriptions
    where subscription_id is not null
    union all
    select
        'payments' as feed,
        source_no,
        line,
        reason,
        customer_id,
        payment_id as id,
        null as happened_at,
        null as variant
    from told_payments
    where payment_id is not null
    union all
    select
        'mrr_movements' as feed,
        source_no,
        line,
        reason,
        customer_id,
        movement_id as id,
        null as happened_at,
        null as variant
    from told_mrr_movements
    where movement_id is not null
    union all
    select
        'touches' as feed,
        source_no,
        line,
        reason,
        customer_id,
        experiment as id,
        touched_at as happened_at,
        variant
    from told_touches
    union all
    -- A ticket of nobody is that of the only one who has one with its id.
    select
        'tickets' as feed,
        source_no,
        line,
        reason,
        coalesce(
            customer_id,
            case
                when
                    min(customer_id) over tickets_of_id
                    = max(customer_id) over tickets_of_id
                    then min(customer_id) over tickets_of_id
            end
        ) as customer_id,
        ticket_id as id,
        null as happened_at,
        null as variant
    from told_tickets
    where ticket_id is not null
    window tickets_of_id as (partition by ticket_id)
),

ranked as (
    select
        feed,
        source_no,
        line,
        reason,
        row_number() over (
            partition by feed, id, customer_id, happened_at, variant
            order by source_no desc, reason asc nulls first, line desc
        ) as recency
    from keyed
    where reason is null or starts_with(reason, 'left out: ')
),

keyed_duplicates as (
    select
        feed,
        source_no,
        line
    from ranked
    where reason is null and recency > 1
),

orders_told_again as (
    select
        order_id,
        customer_id,
        max(source_no) as last_source_no
    from told_order_lines
    where reason is null or starts_with(reason, 'left out: ')
    group by order_id, customer_id
    having min(source_no) < max(source_no)
),

lines_duplicates as (
    select
        'order_lines' as feed,
        told_order_lines.source_no,
        told_order_lines.line
    from told_order_lines
    inner join orders_told_again
        on
            told_order_lines.order_id = orders_told_again.order_id
            and told_order_lines.customer_id = orders_told_again.customer_id
            and told_order_lines.source_no < orders_told_again.last_source_no
    where told_order_lines.reason is null
    -- A line can repeat another one of its source and be told again by a later one.
    union
    select
        feed,
        source_no,
        line
    from repeated_rows
    where feed = 'order_lines'
),

-- an export that tells of each month anew repeats a period until it ends
subscriptions_told_again as (
    select
        'subscriptions' as feed,
        source_no,
        line
    from told_subscriptions
    where reason is null and subscription_id is null
    qualify
        row_number() over (
            partition by
                customer_id,
                started_at,
                plan,
                price,
                upper(currency),
                quantity,
                interval_months
            order by ended_at is null asc, source_no desc, line desc
        ) > 1
),

answers as (
    select
        source_no,
        line,
        response_id,
        lower(kind) as kind,
        question,
        answered_at,
        -- An answer of nobody is that of the only one who has one with its id.
        coalesce(
            customer_id,
            case
                when
                    min(customer_id) over answers_of_id
                    = max(customer_id) over answers_of_id
                    then min(customer_id) over answers_of_id
            end
        ) as customer_id
    from told_responses
    where reason is null and response_id is not null
    window answers_of_id as (partition by response_id, answered_at)
),

recent_answers as (
    select
        source_no,
        line,
        row_number() over (
            partition by response_id, kind, question, answered_at, customer_id
            order by source_no desc, line desc
        ) as recency
    from answers
),

-- A row with several answers repeats others when every one of them does.
responses_duplicates as (
    select
        'responses' as feed,
        source_no,
        line
    from recent_answers
    group by source_no, line
    having min(recency) > 1
),

-- a later source tells a customer's month anew; a row can be of several months
months_told_again as (
    select
        'mrr_months' as feed,
        source_no,
        line
    from (
        select
            source_no,
            line,
            max(source_no) over (
                partition by customer_id, date_trunc('month', month_on)
            ) as last_source_no
        from told_mrr_months
        where reason is null
    ) as told
    group by source_no, line
    having bool_and(last_source_no > source_no)
),

-- of movements without an id those that a later source has as well; what occurs twice
-- within one source stays
movements_told_again as (
    select
        'mrr_movements' as feed,
        source_no,
        line
    from (
        select
            source_no,
            line,
            hash(customer_id, moved_at, change, movement, mrr, plan, currency)
                as row_hash,
            row_number() over (
                partition by
                    source_no,
                    hash(customer_id, moved_at, change, movement, mrr, plan, currency)
                order by line
            ) as occurrence
        from told_mrr_movements
        where reason is null and movement_id is null
    ) as told
    qualify
        row_number() over (
            partition by row_hash, occurrence
            order by source_no desc
        ) > 1
),

final as (
    select * from events_duplicates
    union all
    select * from keyed_duplicates
    union all
    select * from lines_duplicates
    union all
    select * from subscriptions_told_again
    union all
    select * from months_told_again
    union all
    select * from movements_told_again
    union all
    select * from responses_duplicates
    union all
    select * from repeated_rows
    where feed not in ('order_lines', 'subscriptions')
)

select * from final
