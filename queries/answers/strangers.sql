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

customers_of as (
    select
        source,
        count(distinct customer_no) as customers
    from appearances
    group by source
),

final as (
    select
        best.source,
        source_rows.name,
        best.people,
        best.shared
    from best
    inner join source_rows on best.source = source_rows.source
    inner join customers_of on best.source = customers_of.source
    where best.overlap < 0.5 and customers_of.customers >= 20
)

select * from final
order by people desc, source asc
