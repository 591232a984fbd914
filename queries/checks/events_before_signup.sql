-- events_before_signup: Customers with events on days before they signed up.
-- grain: one row per customer_id
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   signed_up_on (DATE): local day of the sign-up
--   first_on (DATE): local day of the first event
--   days_before (BIGINT): days from that event to the sign-up
--   events (HUGEINT): events before the sign-up
-- source: ours; by local days, so that a sign-up without a time of day is no offence

with early as (
    select
        customers.customer_no,
        min(activity.active_on) as first_on,
        sum(activity.events) as events
    from activity
    inner join customers
        on
            activity.customer_no = customers.customer_no
            and activity.active_on < customers.signed_up_on
    group by customers.customer_no
),

final as (
    select
        customers.customer_id,
        customers.signed_up_on,
        early.first_on,
        customers.signed_up_on - early.first_on as days_before,
        early.events
    from early
    inner join customers on early.customer_no = customers.customer_no
)

select * from final
order by days_before desc, customer_id asc
limit $most
