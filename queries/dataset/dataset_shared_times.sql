-- dataset_shared_times: Times in which several files tell of the same feed.
-- grain: one row per feed and source that overlaps another one
-- params: none
-- returns:
--   feed (VARCHAR): the feed
--   source_no (INTEGER): position of the source in the order of loading
--   from_at (TIMESTAMP): where the first overlap begins, UTC
--   until_at (TIMESTAMP): where the last overlap ends, UTC, inclusive
-- source: ours; only rows without an id are looked at, those with one have a key; a
--   source that was put together from several files may overlap itself throughout

with spans as (
    select
        'events' as feed,
        source_no,
        min(happened_at) as first_at,
        max(happened_at) as last_at
    from staged_events
    where event_id is null
    group by source_no
    union all
    select
        'orders' as feed,
        source_no,
        min(ordered_at) as first_at,
        max(ordered_at) as last_at
    from staged_orders
    where order_id is null
    group by source_no
    union all
    select
        'order_lines' as feed,
        source_no,
        min(ordered_at) as first_at,
        max(ordered_at) as last_at
    from staged_order_lines
    group by source_no
    union all
    select
        'payments' as feed,
        source_no,
        min(charged_at) as first_at,
        max(charged_at) as last_at
    from staged_payments
    where payment_id is null
    group by source_no
    union all
    select
        'responses' as feed,
        source_no,
        min(answered_at) as first_at,
        max(answered_at) as last_at
    from staged_responses
    where response_id is null
    group by source_no
    union all
    select
        'invitations' as feed,
        source_no,
        min(sent_at) as first_at,
        max(sent_at) as last_at
    from staged_invitations
    group by source_no
    union all
    select
        'tickets' as feed,
        source_no,
        min(opened_at) as first_at,
        max(opened_at) as last_at
    from staged_tickets
    where ticket_id is null
    group by source_no
),

overlapping as (
    select
        spans.feed,
        spans.source_no,
        min(greatest(spans.first_at, others.first_at)) as from_at,
        max(least(spans.last_at, others.last_at)) as until_at
    from spans
    inner join spans as others
        on
            spans.feed = others.feed
            and spans.feed <> 'order_lines'
            and spans.source_no <> others.source_no
            and spans.first_at <= others.last_at
            and spans.last_at >= others.first_at
    group by spans.feed, spans.source_no
    union all
    select
        feed,
        source_no,
        first_at as from_at,
        last_at as until_at
    from spans
    where
        source_no in (
            select source_files.source_no
            from source_files
            where source_files.file_no > 0
        )
),

final as (
    select
        feed,
        source_no,
        min(from_at) as from_at,
        max(until_at) as until_at
    from overlapping
    group by feed, source_no
)

select * from final
