-- theme_languages: How many comments there are in each language.
-- grain: one row per language
-- params:
-- returns:
--   language (VARCHAR): code of the language, or unknown; null is all together
--   comments (BIGINT): comments in it
--   people (BIGINT): known customers who wrote them
--   unknown_people (BIGINT): comments of people whom no file knows
-- source: the export's own column, else the script, else a model of short texts
with final as (
    select
        remarks_seen.language,
        count(*) as comments,
        count(distinct remarks_seen.customer_no) as people,
        count(*) filter (where remarks_seen.customer_no is null) as unknown_people
    from remarks_seen
    group by grouping sets ((remarks_seen.language), ())
)

select * from final
order by
    language is null desc,
    comments desc,
    language asc
