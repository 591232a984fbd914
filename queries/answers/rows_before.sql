-- rows_before: How many rows each table has on the days before a day.
-- grain: one row per table_name
-- params:
--   before_on (DATE): local day that is not counted any more
-- returns:
--   table_name (VARCHAR): the table
--   rows (HUGEINT): rows before that day
-- source: ours; two versions of a dataset are compared by it

with counted as (
    select
        'events' as table_name,
        sum(events) as rows
    from activity
    where active_on < $before_on
    union all
    select
        'orders' as table_name,
        count(*) as rows
    from orders
    where ordered_on < $before_on
    union all
    select
        'payments' as table_name,
        count(*) as rows
    from payments
    where charged_on < $before_on
    union all
    select
        'subscriptions' as table_name,
        count(*) as rows
    from subscriptions
    where started_on < $before_on
    union all
    select
        'responses' as table_name,
        count(*) as rows
    from responses
    where answered_on < $before_on
    union all
    select
        'invitations' as table_name,
        count(*) as rows
    from invitations
    where sent_on < $before_on
    union all
    select
        'tickets' as table_name,
        count(*) as rows
    from tickets
    where opened_on < $before_on
    union all
    select
        'touches' as table_name,
        count(*) as rows
    from touches
    where touched_on < $before_on
),

final as (
    select
        table_name,
        coalesce(rows, 0) as rows
    from counted
)

select * from final
order by table_name
