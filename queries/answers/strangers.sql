-- strangers: Loaded files whose customers are hardly in any other file.
-- grain: one row per source
-- params: none
-- returns:
--   source (VARCHAR): the source's id
--   name (VARCHAR): the file's name
--   people (BIGINT): people in the file
--   shared (BIGINT): of them in the file with which it has most in common
-- source: ours; what two files have in common is the people in both over those of the
--   smaller one (overlap coefficient, Szymkiewicz 1934, Simpson 1943); under a half is
--   hardly, of 20 people or more

with pairs as (
    select
        matches.source,
        matches.people,
        matches.matched_by_id
        + matches.matched_by_mapping
        + matches.matched_by_email as shared,
        least(matches.people, others.people) as fewer
    from matches
    inner join matches as others
        on
            matches.source = others.other_source
            and matches.other_source = others.source
),

best as (
    select
        source,
        max(people) as people,
        max(shared / fewer) as overlap,
        arg_max(shared, shared / fewer) as shared
    from pairs
    group by source
),

apart as (
    select * from best
    where overlap < 0.5
),

-- of these few only: a dataset asks when it is opened
customers_of as (
    select
        appearances.source,
        count(distinct appearances.customer_no) as customers
    from appearances
    inner join apart on appearances.source = apart.source
    group by appearances.source
),

final as (
    select
        apart.source,
        source_rows.name,
        apart.people,
        apart.shared
    from apart
    inner join source_rows on apart.source = source_rows.source
    inner join customers_of on apart.source = customers_of.source
    where customers_of.customers >= 20
)

select * from final
order by people desc, source asc
