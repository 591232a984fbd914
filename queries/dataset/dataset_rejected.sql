-- dataset_rejected: Rows that were refused, each with its reason and its text.
-- grain: one row per refused row of a source
-- params: none
-- returns:
--   source (VARCHAR): the source's id
--   table_name (VARCHAR): the feed
--   line (BIGINT): line of the file; row for Parquet
--   reason (VARCHAR): why
--   text (VARCHAR): the row's cells
-- source: ours; nothing is dropped silently

with refused as (
    select
        'customers' as table_name,
        source_no,
        line,
        reason,
        row_text
    from staged_customers
    where reason is not null
    union all
    select
        'events' as table_name,
        source_no,
        line,
        reason,
        row_text
    from refused_events
    union all
    select
        'orders' as table_name,
        source_no,
        line,
        reason,
        row_text
    from staged_orders
    where reason is not null
    union all
    select
        'order_lines' as table_name,
        source_no,
        line,
        reason,
        row_text
    from staged_order_lines
    where reason is not null
    union all
    select
        'subscriptions' as table_name,
        source_no,
        line,
        reason,
        row_text
    from staged_subscriptions
    where reason is not null
    union all
    select
        'payments' as table_name,
        source_no,
        line,
        reason,
        row_text
    from staged_payments
    where reason is not null
    union all
    select
        'mrr_months' as table_name,
        source_no,
        line,
        reason,
        row_text
    from staged_mrr_months
    where reason is not null
    union all
    select
        'mrr_movements' as table_name,
        source_no,
        line,
        reason,
        row_text
    from staged_mrr_movements
    where reason is not null
    union all
    select
        'responses' as table_name,
        source_no,
        line,
        reason,
        row_text
    from staged_responses
    where reason is not null
    union all
    select
        'invitations' as table_name,
        source_no,
        line,
        reason,
        row_text
    from staged_invitations
    where reason is not null
    union all
    select
        'tickets' as table_name,
        source_no,
        line,
        reason,
        row_text
    from staged_tickets
    where reason is not null
    union all
    select
        'touches' as table_name,
        source_no,
        line,
        reason,
        row_text
    from staged_touches
    where reason is not null
    union all
    select
        'identities' as table_name,
        source_no,
        line,
        reason,
        row_text
    from staged_identities
    where reason is not null
    union all
    select
        'exchange_rates' as table_name,
        source_no,
        line,
        reason,
        row_text
    from staged_exchange_rates
    where reason is not null
    union all
    select
        staged_feeds.feed as table_name,
        unreadable_rows.source_no,
        unreadable_rows.line,
        unreadable_rows.reason,
        unreadable_rows.row_text
    from unreadable_rows
    inner join staged_feeds on unreadable_rows.source_no = staged_feeds.source_no
),

final as (
    select
        staged_feeds.source,
        refused.table_name,
        refused.line,
        refused.reason,
        refused.row_text as text
    from refused
    inner join staged_feeds
        on
            refused.source_no = staged_feeds.source_no
            and refused.table_name = staged_feeds.feed
)

select * from final
order by source, table_name, line
