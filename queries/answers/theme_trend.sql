-- theme_trend: How often terms were told in each month.
-- grain: one row per term_no and month
-- params:
--   of_language (VARCHAR): only comments of this language; null means any
--   term_nos (INTEGER[]): the terms
--   as_of_on (DATE): end (exclusive) of the observed time
-- returns:
--   term_no (INTEGER): number of the term
--   term (VARCHAR): the word, phrase or own theme
--   language (VARCHAR): its language; null for own themes
--   month (DATE): first day of the month; months without comments are not there
--   comments (BIGINT): comments with the term
--   of_comments (BIGINT): comments of the month, of its language
--   is_complete (BOOLEAN): the month was over when the data end
-- source: docs/definitions.md, Themes of comments
with grouped as (
    select
        remarks_seen.text_no,
        remarks_seen.language,
        date_trunc('month', remarks_seen.written_on)::date as month,
        count(*) as comments
    from remarks_seen
    where
        remarks_seen.written_on is not null
        and ($of_language is null or remarks_seen.language = $of_language)
    group by all
),

sizes as (
    select
        grouped.language,
        grouped.month,
        grouping(grouped.language) = 1 as is_any_language,
        sum(grouped.comments)::bigint as of_comments
    from grouped
    group by grouping sets ((grouped.language, grouped.month), (grouped.month))
),

said as (
    select
        text_terms.term_no,
        grouped.month,
        sum(grouped.comments)::bigint as comments
    from grouped
    inner join text_terms
        on grouped.text_no = text_terms.text_no
    where list_contains($term_nos, text_terms.term_no)
    group by all
),

final as (
    select
        terms.term_no,
        terms.term,
        terms.language,
        sizes.month,
        coalesce(said.comments, 0) as comments,
        sizes.of_comments,
        sizes.month + interval 1 month <= $as_of_on::date as is_complete
    from terms
    inner join sizes
        on
            sizes.is_any_language = (terms.language is null)
            and sizes.language is not distinct from terms.language
    left join said
        on terms.term_no = said.term_no and sizes.month = said.month
    where list_contains($term_nos, terms.term_no)
)

select * from final
order by
    term_no,
    month
