-- dataset_customers: Customers with dense numbers and their latest attributes.
-- grain: one row per customer
-- params: none
-- returns:
--   customer_no (INTEGER): dense, by first_seen_at, customer_id
--   customer_id (VARCHAR): the id that the customer goes by
--   account_no (INTEGER): the account's dense number
--   account_id (VARCHAR): account id as in the exports
--   email (VARCHAR): e-mail address
--   signed_up_at (TIMESTAMP): sign-up, UTC
--   signed_up_on (DATE): sign-up, local day
--   first_seen_at (TIMESTAMP): earliest event, order, subscription start or payment,
--       UTC
--   first_seen_on (DATE): local day of first_seen_at
--   joined_at (TIMESTAMP): sign-up, else first seen, UTC
--   joined_on (DATE): local day of joined_at
--   referred_by (VARCHAR): id of the customer who referred
--   tenure_months (DOUBLE): months as a customer, as given
--   has_churned (BOOLEAN): whether the customer left, as given
--   attributes (any): every attribute of the exports, typed, named as in the export
-- source: ours; the latest value that is not null counts; ids of one customer were
--   brought together before; DuckDB only: columns()
--   carries every attribute

with ranked as (
    select
        *,
        row_number() over (
            order by
                source_no,
                updated_at nulls first,
                hash(*columns(* exclude (line, row_text)))
        ) as recency
    from staged_customers
    where reason is null
),

latest as (
    select
        given_ids.person_id as customer_id,
        arg_max(
            columns(
                ranked.* exclude (
                    customer_id, source_no, line, updated_at, updated_on,
                    reason, row_text, recency
                )
            ),
            ranked.recency
        )
    from ranked
    inner join given_ids on ranked.customer_id = given_ids.given_id
    group by given_ids.person_id
),

numbered as (
    select
        (row_number() over (order by seen.first_seen_at, seen.customer_id) - 1)
        ::integer as customer_no,
        seen.first_seen_at,
        seen.first_seen_on,
        seen.customer_id as seen_id,
        seen.email as seen_email,
        latest.*
    from seen
    left join latest on seen.customer_id = latest.customer_id
),

referrers as (
    select
        referred.referred_by,
        min(given_ids.person_id) as person_id
    from (
        select distinct referred_by
        from numbered
        where referred_by is not null
    ) as referred
    inner join given_ids
        on
            referred.referred_by = given_ids.given_id
            or (
                contains(referred.referred_by, '@')
                and lower(referred.referred_by) = lower(given_ids.given_id)
            )
    group by referred.referred_by
),

accounts as (
    select
        account_id,
        (row_number() over (order by min(customer_no)) - 1)::integer as account_no
    from numbered
    where account_id is not null
    group by account_id
),

final as (
    select
        numbered.customer_no,
        numbered.seen_id as customer_id,
        accounts.account_no,
        numbered.account_id,
        coalesce(numbered.email, numbered.seen_email) as email,
        numbered.signed_up_at,
        numbered.signed_up_on,
        numbered.first_seen_at,
        numbered.first_seen_on,
        coalesce(numbered.signed_up_at, numbered.first_seen_at) as joined_at,
        coalesce(numbered.signed_up_on, numbered.first_seen_on) as joined_on,
        coalesce(referrers.person_id, numbered.referred_by) as referred_by,
        numbered.tenure_months,
        numbered.has_churned,
        numbered.* exclude (
            customer_no, seen_id, seen_email, customer_id, account_id, email,
            signed_up_at, signed_up_on, first_seen_at, first_seen_on, referred_by,
            tenure_months, has_churned
        )
    from numbered
    left join accounts on numbered.account_id = accounts.account_id
    left join referrers on numbered.referred_by = referrers.referred_by
)

select * from final
order by customer_no
