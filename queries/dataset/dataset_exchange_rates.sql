-- dataset_exchange_rates: What one unit of a currency is worth in another one.
-- grain: one row per currency, other currency and first day
-- params: none
-- returns:
--   currency (VARCHAR): currency code, upper case
--   rate (DOUBLE): units of the other for one unit
--   target (VARCHAR): the other currency, upper case; null = not said
--   from_on (DATE): first day of the rate; null = of all days
-- source: ours; of several rates of one day the one loaded last counts

with ranked as (
    select
        upper(currency) as currency,
        rate,
        upper(target) as target,
        from_on,
        row_number() over (
            partition by upper(currency), upper(target), from_on
            order by source_no desc, line desc
        ) as recency
    from staged_exchange_rates
    where reason is null
),

final as (
    select
        currency,
        rate,
        target,
        from_on
    from ranked
    where recency = 1
)

select * from final
order by currency, target, from_on
