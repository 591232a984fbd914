-- dataset_subscriptions: Subscription periods with the first paid day.
-- grain: one row per subscription period
-- params: none
-- returns:
--   customer_no (INTEGER): the customer's dense number, from 0
--   subscription_id (VARCHAR): the subscription's id
--   plan (VARCHAR): plan
--   status (VARCHAR): status, lower case
--   started_at (TIMESTAMP): start, trial included, UTC
--   started_on (DATE): local day of the start
--   trial_ended_at (TIMESTAMP): end of the trial, UTC
--   trial_ended_on (DATE): local day of the trial's end
--   paid_from_on (DATE): first paid day; null = never paid
--   ended_at (TIMESTAMP): end of paid access; null = running
--   ended_on (DATE): local day of the end, exclusive
--   cancelled_at (TIMESTAMP): cancellation, UTC
--   cancelled_on (DATE): local day of the cancellation
--   cancel_reason (VARCHAR): reason as given
--   cancel_comment (VARCHAR): what was written on leaving
--   price (DECIMAL): price of a unit and billing period
--   interval_months (DOUBLE): months in a billing period
--   quantity (DOUBLE): units
--   discount (DECIMAL): recurring, of a billing period
--   currency (VARCHAR): currency code, upper case
-- source: ours; trials are not paid: a subscription that ended in its trial was never
--   paid; a discount on one invoice only is no part of the price

with staged_once as (
    select staged.*
    from staged_subscriptions as staged
    anti join duplicates
        on
            duplicates.feed = 'subscriptions'
            and staged.source_no = duplicates.source_no
            and staged.line = duplicates.line
    where staged.reason is null
),

loaded as (
    select
        customer_numbers.customer_no,
        staged.subscription_id,
        staged.plan,
        lower(staged.status) as status,
        staged.started_at,
        staged.started_on,
        staged.trial_ended_at,
        staged.trial_ended_on,
        case
            when
                lower(staged.status)
                in ('trialing', 'in_trial', 'incomplete', 'incomplete_expired')
                then null
            when staged.ended_at <= coalesce(staged.trial_ended_at, staged.started_at)
                then null
            else greatest(staged.started_on, staged.trial_ended_on)
        end as paid_from_on,
        staged.ended_at,
        staged.ended_on,
        staged.cancelled_at,
        staged.cancelled_on,
        staged.cancel_reason,
        staged.cancel_comment,
        staged.price,
        coalesce(staged.interval_months, 1) as interval_months,
        coalesce(staged.quantity, 1) as quantity,
        case
            when coalesce(staged.is_discount_recurring, true) then staged.discount
        end as discount,
        upper(staged.currency) as currency
    from staged_once as staged
    inner join customer_numbers on staged.customer_id = customer_numbers.given_id
),

-- who has subscriptions of their own needs no others
final as (
    select * from loaded
    union all
    select
        inferred.customer_no,
        null as subscription_id,
        inferred.plan,
        inferred.status,
        inferred.started_at,
        inferred.started_on,
        null as trial_ended_at,
        null as trial_ended_on,
        inferred.started_on as paid_from_on,
        inferred.ended_at,
        inferred.ended_on,
        null as cancelled_at,
        null as cancelled_on,
        inferred.cancel_reason,
        null as cancel_comment,
        inferred.price,
        inferred.interval_months,
        1 as quantity,
        null as discount,
        inferred.currency
    from inferred_subscriptions as inferred
    anti join loaded on inferred.customer_no = loaded.customer_no
)

select * from final
order by customer_no, started_at, subscription_id
