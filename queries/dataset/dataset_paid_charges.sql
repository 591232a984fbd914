-- dataset_paid_charges: Payments that arrived, each with the time that it pays for.
-- grain: one row per customer, currency, local day of payment and invoiced period
-- params:
--   words_of_years (VARCHAR): pattern of words that say that a year is paid for
--   words_of_halves (VARCHAR): the same of half a year
--   words_of_quarters (VARCHAR): the same of a quarter
--   words_of_months (VARCHAR): the same of a month
--   words_of_weeks (VARCHAR): the same of a week
-- returns:
--   customer_no (INTEGER): the customer's dense number, from 0
--   currency (VARCHAR): currency code, upper case; null = not said
--   charged_on (DATE): local day of the payment
--   charged_at (TIMESTAMP): the first payment of the day, UTC
--   amount (DECIMAL): what was paid and not paid back
--   interval_months (DOUBLE): months in the period that it pays for; null = no payment
--     of the data tells
--   paid_from_on (DATE): first day that it pays for
--   paid_until_on (DATE): first day that it does not pay for; null as interval_months
--   is_invoiced (BOOLEAN): the export gives the period
--   is_guessed (BOOLEAN): only payments of others tell the period
--   is_regular (BOOLEAN): it came a week, a month, a quarter, half a year or a year
--     after the one before, of the same amount or any, or its period is given; null =
--     it is the first
-- source: ours; payments of one amount tell how long one pays for, by the median of
--   the days between them; else the words of the description do, else all payments of
--   that amount, else the customer's others, else those of all

with rhythms as (
    select
        listed.months,
        unnest(range(listed.least_days, listed.most_days + 1)) as days
    from (
        values
        (7 / 30.4375, 6, 8),
        (1.0, 26, 38),
        (3.0, 83, 100),
        (6.0, 170, 196),
        (12.0, 350, 381)
    ) as listed (months, least_days, most_days)
),

said as (
    select
        description,
        case
            when regexp_matches(description, $words_of_years, 'i') then 12.0
            when regexp_matches(description, $words_of_halves, 'i') then 6.0
            when regexp_matches(description, $words_of_quarters, 'i') then 3.0
            when regexp_matches(description, $words_of_months, 'i') then 1.0
            when regexp_matches(description, $words_of_weeks, 'i') then 7 / 30.4375
        end as months
    from (
        select distinct description
        from payments
        where description is not null
    ) as described
),

-- a status that is not known counts as paid; money that was given back does not
arrived as (
    select
        customer_no,
        currency,
        charged_on,
        period_started_on,
        period_ended_on,
        min(charged_at) as charged_at,
        min(said.months) as said_months,
        sum(
            amount
            - coalesce(
                refunded, case when status = 'refunded' then amount else 0 end
            )
        )::decimal(18, 4) as amount
    from payments
    left join said on payments.description = said.description
    where
        amount > 0
        and charged_on is not null
        and coalesce(status, 'paid') not in (
            'failed', 'declined', 'blocked', 'canceled', 'cancelled', 'disputed',
            'draft', 'error', 'incomplete', 'open', 'past_due', 'pending',
            'processing', 'queued', 'requires_action', 'requires_payment_method',
            'skipped', 'uncaptured', 'uncollectible', 'unpaid', 'void', 'voided'
        )
    group by customer_no, currency, charged_on, period_started_on, period_ended_on
),

following as (
    select
        *,
        coalesce(period_ended_on > period_started_on, false) as is_invoiced,
        charged_on
        - lag(charged_on) over (
            partition by customer_no, currency, amount
            order by charged_on, period_started_on
        ) as days_of_amount,
        charged_on
        - lag(charged_on) over (
            partition by customer_no, currency order by charged_on, period_started_on
        ) as days
    from arrived
    where amount > 0
),

streams as (
    select
        following.customer_no,
        following.currency,
        following.amount,
        count(following.days_of_amount) as gaps,
        median(following.days_of_amount) as median_days
    from following
    group by following.customer_no, following.currency, following.amount
),

streams_told as (
    select
        streams.*,
        rhythms.months
    from streams
    inner join rhythms on round(streams.median_days) = rhythms.days
),

-- the rhythm of most is that of the most days between; of as many, the shorter one
of_amounts as (
    select
        currency,
        amount,
        arg_max(months, (gaps, -months)) as months
    from (
        select
            currency,
            amount,
            months,
            sum(gaps) as gaps
        from streams_told
        group by currency, amount, months
    ) as weighed
    group by currency, amount
),

of_customers as (
    select
        customer_no,
        arg_max(months, (gaps, -months)) as months
    from (
        select
            customer_no,
            months,
            sum(gaps) as gaps
        from streams_told
        group by customer_no, months
    ) as weighed
    group by customer_no
),

-- whose amounts all differ is told by the days between any two payments
of_others as (
    select
        of_days.customer_no,
        rhythms.months
    from (
        select
            customer_no,
            median(days) as median_days
        from following
        group by customer_no
    ) as of_days
    inner join rhythms on round(of_days.median_days) = rhythms.days
),

of_all as (
    select arg_max(months, (gaps, -months)) as months
    from (
        select
            months,
            sum(gaps) as gaps
        from (
            select
                months,
                gaps
            from streams_told
            union all
            select
                months,
                1 as gaps
            from of_others
        ) as everyone
        group by months
    ) as weighed
),

told as (
    select
        following.*,
        case
            when following.is_invoiced
                then coalesce(
                    of_periods.months,
                    (following.period_ended_on - following.period_started_on) / 30.4375
                )
            else
                coalesce(
                    streams_told.months,
                    following.said_months,
                    of_amounts.months,
                    of_customers.months,
                    of_others.months,
                    of_all.months
                )
        end::double as interval_months,
        not following.is_invoiced
        and coalesce(
            streams_told.months,
            following.said_months,
            of_customers.months,
            of_others.months
        ) is null as is_guessed,
        of_amount.months is not null or of_days.months is not null as is_near
    from following
    cross join of_all
    left join streams_told
        on
            following.customer_no = streams_told.customer_no
            and following.currency is not distinct from streams_told.currency
            and following.amount = streams_told.amount
    left join of_amounts
        on
            following.currency is not distinct from of_amounts.currency
            and following.amount = of_amounts.amount
    left join of_customers on following.customer_no = of_customers.customer_no
    left join of_others on following.customer_no = of_others.customer_no
    left join rhythms as of_periods
        on following.period_ended_on - following.period_started_on = of_periods.days
    left join rhythms as of_amount
        on following.days_of_amount = of_amount.days
    left join rhythms as of_days on following.days = of_days.days
),

final as (
    select
        customer_no,
        currency,
        charged_on,
        charged_at,
        amount,
        interval_months,
        case when is_invoiced then period_started_on else charged_on end
            as paid_from_on,
        case
            when is_invoiced then period_ended_on
            when interval_months < 1 then charged_on + 7
            else (charged_on + to_months(interval_months::integer))::date
        end as paid_until_on,
        is_invoiced,
        is_guessed,
        case when is_invoiced then true when days is not null then is_near end
            as is_regular
    from told
)

select * from final
