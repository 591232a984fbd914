-- dataset_subscriptions_of_movements: Paid access as movements of MRR show it.
-- grain: one row per customer, currency and time of one MRR
-- params: none
-- returns:
--   customer_no (INTEGER): the customer's dense number, from 0
--   plan (VARCHAR): plan of the movement, else of the one before; null = not said
--   status (VARCHAR): 'from movements'
--   started_at (TIMESTAMP): when the MRR became so, UTC
--   started_on (DATE): local day
--   ended_at (TIMESTAMP): when it became another; null = running
--   ended_on (DATE): local day
--   cancel_reason (VARCHAR): 'payment_failed' where the movement says so
--   price (DECIMAL): MRR
--   interval_months (DOUBLE): 1
--   currency (VARCHAR): currency code, upper case; null = not said
--   is_guessed (BOOLEAN): it began before the movements do, and is told by later ones
-- source: ours; the running sum of what was gained and lost; what is so at the end of
--   a day counts, and after churn nothing is paid; words say which changes are losses,
--   whether or not they are below zero

with once as (
    select
        staged.*,
        customer_numbers.customer_no,
        upper(staged.currency) as money,
        trim(regexp_replace(lower(coalesce(staged.movement, '')), '[\s_-]+', ' ', 'g'))
            as word
    from told_mrr_movements as staged
    inner join customer_numbers on staged.customer_id = customer_numbers.given_id
    anti join duplicates
        on
            duplicates.feed = 'mrr_movements'
            and staged.source_no = duplicates.source_no
            and staged.line = duplicates.line
    where staged.reason is null
),

-- where churn is told as well, who cancelled still pays; who is new and cancelled is
-- counted by no tool that says so
typed as (
    select
        *,
        regexp_matches(word, 'delinquent|fail|involuntary') as is_failed,
        case
            when regexp_matches(word, '^(churn|lost)') then 'churn'
            when
                regexp_matches(word, '^cancel')
                and not bool_or(regexp_matches(word, '^(churn|lost)'))
                    over (partition by source_no)
                then 'churn'
            when regexp_matches(word, '^(new )?cancel') then 'nothing yet'
            when regexp_matches(word, '^(contraction|downgrade)') then 'less'
            when regexp_matches(word, '^new') then 'new'
            when regexp_matches(word, '^(expansion|upgrade|reactivat|win ?back)')
                then 'more'
            else 'as given'
        end as kind
    from once
),

-- an export whose churn is always 0 gives what is paid after each movement
judged as (
    select
        *,
        coalesce(
            min(change) over (partition by source_no) >= 0
            and max(abs(change)) filter (where kind = 'churn')
                over (partition by source_no)
            = 0,
            false
        ) as is_level
    from typed
),

told as (
    select
        * replace (
            case
                when is_level or change is null then null
                when kind in ('churn', 'less') then -abs(change)
                when kind in ('new', 'more') then abs(change)
                else change
            end as change
        ),
        case
            when kind = 'churn' then 0
            when is_level then change
            when change is null then mrr
        end as level
    from judged
    where
        kind = 'churn'
        or (kind <> 'nothing yet' and coalesce(change, mrr) is not null)
),

-- churn, and what is paid after a movement, begin the sum anew
ordered as (
    select
        *,
        row_number() over movements as place,
        count(level) over movements as part,
        sum(change) over movements as running
    from told
    window movements as (
        partition by customer_no, money
        order by moved_at, source_no, line
    )
),

-- who does not begin as new paid before: as much as makes the sum fit up to the churn
opening as (
    select
        customer_no,
        money,
        greatest(
            -min(running) filter (where part = 0 or (part = 1 and kind = 'churn')),
            max(mrr - change) filter (where place = 1),
            0
        ) as paid,
        min(moved_at) as moved_at
    from ordered
    group by customer_no, money
    having arg_min(kind, place) <> 'new'
),

beginning as (
    select
        min(moved_at) as moved_at,
        min(moved_on) as moved_on
    from told
),

opened as (
    select
        ordered.*,
        opening.paid
    from ordered
    left join opening
        on
            ordered.customer_no = opening.customer_no
            and ordered.money is not distinct from opening.money
),

levels as (
    select
        customer_no,
        money,
        place,
        moved_at,
        moved_on,
        is_failed and kind = 'churn' as is_failed,
        last_value(plan ignore nulls) over (
            partition by customer_no, money order by place
        ) as plan,
        coalesce(first_value(level) over part_of, paid, 0)
        + coalesce(sum(case when level is null then change end) over part_of, 0)
            as price,
        false as is_guessed
    from opened
    window part_of as (partition by customer_no, money, part order by place)
    union all
    select
        opening.customer_no,
        opening.money,
        0 as place,
        beginning.moved_at,
        beginning.moved_on,
        false as is_failed,
        null as plan,
        opening.paid as price,
        true as is_guessed
    from opening
    cross join beginning
    where opening.paid > 0
),

days as (
    select *
    from levels
    qualify
        row_number() over (
            partition by customer_no, money, moved_on
            order by place desc
        ) = 1
),

spans as (
    select
        *,
        lead(moved_at) over following as ended_at,
        lead(moved_on) over following as ended_on,
        lead(is_failed) over following as is_failed_then
    from days
    window following as (partition by customer_no, money order by moved_on)
),

final as (
    select
        customer_no,
        plan,
        'from movements' as status,
        moved_at as started_at,
        moved_on as started_on,
        ended_at,
        ended_on,
        case when is_failed_then then 'payment_failed' end as cancel_reason,
        price::decimal(18, 4) as price,
        1::double as interval_months,
        money as currency,
        is_guessed
    from spans
    where price > 0
)

select * from final
