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

with present as (
    select distinct
        staged_feeds.source,
        given_ids.person_id,
        given_ids.given_id,
        given_ids.declared
    from sightings
    inner join staged_feeds on sightings.source_no = staged_feeds.source_no
    inner join given_ids on sightings.given_id = given_ids.given_id
),

persons as (
    select
        person_id,
        min(given_id) <> max(given_id) as is_several,
        list_sort(list(distinct source)) as sources
    from present
    group by person_id
),

alike as (
    select
        sources,
        count(*) as people
    from persons
    where not is_several
    group by sources
),

second as (
    select
        sources,
        unnest(sources) as other_source
    from alike
),

of_one_id as (
    select
        first.source,
        second.other_source,
        sum(first.people)::bigint as matched_by_id
    from (
        select
            sources,
            people,
            unnest(sources) as source
        from alike
    ) as first
    inner join second
        on first.sources = second.sources
    where first.source <> second.other_source
    group by first.source, second.other_source
),

several as (
    select present.*
    from present
    inner join persons on present.person_id = persons.person_id
    where persons.is_several
),

pairs as (
    select
        several.source,
        others.source as other_source,
        several.person_id,
        bool_or(several.given_id = others.given_id) as is_same_id,
        bool_or(several.declared = others.declared) as is_declared
    from several
    inner join several as others
        on
            several.person_id = others.person_id
            and several.source <> others.source
    group by several.source, others.source, several.person_id
),

of_several_ids as (
    select
        source,
        other_source,
        count(*) filter (where is_same_id) as matched_by_id,
        count(*) filter (where is_declared and not is_same_id) as matched_by_mapping,
        count(*) filter (where not is_declared) as matched_by_email
    from pairs
    group by source, other_source
),

totals as (
    select
        source,
        count(distinct person_id) as people
    from present
    group by source
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
