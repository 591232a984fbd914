-- dataset_repeated_rows: Rows without an id that an earlier file has already.
-- grain: one row per source and line
-- params: none
-- returns:
--   feed (VARCHAR): the feed
--   source_no (INTEGER): position of the source in the order of loading
--   line (BIGINT): line of the file
-- source: ours; a row is the same when everything that is mapped of it is; what
--   occurs n times in one file and m times in another counts max(n, m), so that
--   repeats within one file stay; a source may be put together from several files;
--   lines of orders are compared within their source only, for a later source tells
--   its orders anew

with answers as (
    select
        source_no,
        line,
        answered_at,
        hash(*columns(* exclude (source_no, line, reason, row_text))) as answer_hash
    from told_responses
    where reason is null and response_id is null
),

alike as materialized (
    select
        'events' as feed,
        source_no,
        line,
        happened_at,
        hash(*columns(* exclude (source_no, line, reason, row_text))) as row_hash
    from told_events
    where
        reason is null
        and event_id is null
        and exists (
            select 1
            from shared_times
            where
                shared_times.feed = 'events'
                and shared_times.source_no = told_events.source_no
                and told_events.happened_at
                between shared_times.from_at and shared_times.until_at
        )
    union all
    select
        'orders' as feed,
        source_no,
        line,
        ordered_at as happened_at,
        hash(*columns(* exclude (source_no, line, reason, row_text))) as row_hash
    from told_orders
    where
        reason is null
        and order_id is null
        and exists (
            select 1
            from shared_times
            where
                shared_times.feed = 'orders'
                and shared_times.source_no = told_orders.source_no
                and told_orders.ordered_at
                between shared_times.from_at and shared_times.until_at
        )
    union all
    select
        'order_lines' as feed,
        source_no,
        line,
        ordered_at as happened_at,
        hash(*columns(* exclude (line, reason, row_text))) as row_hash
    from told_order_lines
    where
        reason is null
        and exists (
            select 1
            from shared_times
            where
                shared_times.feed = 'order_lines'
                and shared_times.source_no = told_order_lines.source_no
                and told_order_lines.ordered_at
                between shared_times.from_at and shared_times.until_at
        )
    union all
    select
        'payments' as feed,
        source_no,
        line,
        charged_at as happened_at,
        hash(*columns(* exclude (source_no, line, reason, row_text))) as row_hash
    from told_payments
    where
        reason is null
        and payment_id is null
        and exists (
            select 1
            from shared_times
            where
                shared_times.feed = 'payments'
                and shared_times.source_no = told_payments.source_no
                and told_payments.charged_at
                between shared_times.from_at and shared_times.until_at
        )
    union all
    select
        'responses' as feed,
        source_no,
        line,
        min(answered_at) as happened_at,
        hash(list(answer_hash order by answer_hash)) as row_hash
    from answers
    where
        exists (
            select 1
            from shared_times
            where
                shared_times.feed = 'responses'
                and shared_times.source_no = answers.source_no
                and answers.answered_at
                between shared_times.from_at and shared_times.until_at
        )
    group by source_no, line
    union all
    select
        'invitations' as feed,
        source_no,
        line,
        sent_at as happened_at,
        hash(*columns(* exclude (source_no, line, reason, row_text))) as row_hash
    from told_invitations
    where
        reason is null
        and exists (
            select 1
            from shared_times
            where
                shared_times.feed = 'invitations'
                and shared_times.source_no = told_invitations.source_no
                and told_invitations.sent_at
                between shared_times.from_at and shared_times.until_at
        )
    union all
    select
        'tickets' as feed,
        source_no,
        line,
        opened_at as happened_at,
        hash(*columns(* exclude (source_no, line, reason, row_text))) as row_hash
    from told_tickets
    where
        reason is null
        and ticket_id is null
        and exists (
            select 1
            from shared_times
            where
                shared_times.feed = 'tickets'
                and shared_times.source_no = told_tickets.source_no
                and told_tickets.opened_at
                between shared_times.from_at and shared_times.until_at
        )
),

shared as (
    select
        feed,
        happened_at,
        row_hash
    from alike
    group by feed, happened_at, row_hash
    having
        min(source_no) <> max(source_no)
        or (
            count(*) > 1
            and min(source_no) in (
                select source_files.source_no
                from source_files
                where source_files.file_no > 0
            )
        )
),

repeated as (
    select alike.*
    from alike
    semi join shared
        on
            alike.feed = shared.feed
            and alike.happened_at = shared.happened_at
            and alike.row_hash = shared.row_hash
),

filed as (
    select
        repeated.*,
        source_files.file_no
    from repeated
    asof join source_files
        on
            repeated.source_no = source_files.source_no
            and repeated.line >= source_files.first_line
),

numbered as (
    select
        *,
        row_number() over (
            partition by feed, source_no, file_no, happened_at, row_hash
            order by line
        ) as occurrence
    from filed
),

final as (
    select
        feed,
        source_no,
        line
    from numbered
    qualify
        row_number() over (
            partition by feed, happened_at, row_hash, occurrence
            order by source_no, file_no
        ) > 1
)

select * from final
