-- dataset_matches: For each pair of sources, how many people are in both, and how.
-- grain: one row per ordered pair of sources that name people
-- params: none
-- returns:
--   source (VARCHAR): the source's id
--   other_source (VARCHAR): the other source's id
--   people (BIGINT): people in the source
--   matched_by_id (BIGINT): those in the other source under the same id
--   matched_by_mapping (BIGINT): those matched by a mapping file
--   matched_by_email (BIGINT): those matched by e-mail address
-- source: ours; DuckDB only: lists, so that people in the same sources are counted
--   together

-- people who go by their own id everywhere are counted together, the others in pairs
with several_customers as (
    select distinct customer_no
    from appearances
    where given_id is not null and customer_no is not null
),

several_others as (
    select person_id
    from appearances
    where person_id is not null
    group by person_id
    having min(given_id) <> max(given_id)
),

customers_alike as (
    select list_sort(list(source)) as sources
    from appearances
    where
        customer_no is not null
        and customer_no not in (
            select several_customers.customer_no from several_customers
        )
    group by customer_no
),

others_alike as (
    select list_sort(list(source)) as sources
    from appearances
    where
        person_id is not null
        and person_id not in (select several_others.person_id from several_others)
    group by person_id
),

everybody_alike as (
    select sources from customers_alike
    union all
    select sources from others_alike
),

alike as (
    select
        sources,
        count(*) as people
    from everybody_alike
    group by sources
),

places as (
    select
        sources,
        people,
        unnest(sources) as source
    from alike
),

of_one_id as (
    select
        places.source,
        others.source as other_source,
        sum(places.people)::bigint as matched_by_id
    from places
    inner join places as others on places.sources = others.sources
    where places.source <> others.source
    group by places.source, others.source
),

several as (
    select
        appearances.source,
        appearances.customer_no,
        appearances.person_id,
        coalesce(appearances.given_id, customers.customer_id) as given_id
    from appearances
    left join customers on appearances.customer_no = customers.customer_no
    where
        appearances.customer_no in (
            select several_customers.customer_no from several_customers
        )
        or appearances.person_id in (
            select several_others.person_id from several_others
        )
),

pairs as (
    select
        several.source,
        others.source as other_source,
        bool_or(several.given_id = others.given_id) as is_same_id,
        bool_or(given_ids.declared = other_ids.declared) as is_declared
    from several
    inner join several as others
        on
            several.source <> others.source
            and several.customer_no is not distinct from others.customer_no
            and several.person_id is not distinct from others.person_id
    inner join given_ids on several.given_id = given_ids.given_id
    inner join given_ids as other_ids on others.given_id = other_ids.given_id
    group by
        several.source, others.source, several.customer_no, several.person_id
),

of_several_ids as (
    select
        source,
        other_source,
        count(*) filter (where is_same_id) as matched_by_id,
        count(*) filter (where is_declared and not is_same_id) as matched_by_mapping,
        count(*) filter (where not is_declared and not is_same_id)
            as matched_by_email
    from pairs
    group by source, other_source
),

totals as (
    select
        source,
        count(distinct customer_no) + count(distinct person_id) as people
    from appearances
    group by source
    having people > 0
),

final as (
    select
        totals.source,
        others.source as other_source,
        totals.people,
        (
            coalesce(of_one_id.matched_by_id, 0)
            + coalesce(of_several_ids.matched_by_id, 0)
        )::bigint as matched_by_id,
        coalesce(of_several_ids.matched_by_mapping, 0) as matched_by_mapping,
        coalesce(of_several_ids.matched_by_email, 0) as matched_by_email
    from totals
    inner join totals as others on totals.source <> others.source
    left join of_one_id
        on
            totals.source = of_one_id.source
            and others.source = of_one_id.other_source
    left join of_several_ids
        on
            totals.source = of_several_ids.source
            and others.source = of_several_ids.other_source
)

select * from final
order by source, other_source
