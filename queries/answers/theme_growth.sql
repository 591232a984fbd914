-- theme_growth: How often each term was told in a month, and in the months before.
-- grain: one row per term_no
-- params:
--   of_language (VARCHAR): only comments of this language; null means any
--   month_on (DATE): first day of the month
--   before_on (DATE): first day of the months before that it is held against
--   least (INTEGER): terms of fewer comments in the month are left out
-- returns:
--   term_no (INTEGER): number of the term
--   term (VARCHAR): the word, phrase or own theme
--   language (VARCHAR): its language; null for own themes
--   first_no (INTEGER): of a phrase the number of its first word, else -1
--   second_no (INTEGER): the same of its second word
--   comments (BIGINT): comments with the term in the month
--   of_comments (BIGINT): comments of the month, of its language
--   before (BIGINT): comments with the term in the months before
--   of_before (BIGINT): comments of these months, of its language
-- source: docs/definitions.md, Themes of comments
with grouped as (
    select
        remarks_seen.text_no,
        remarks_seen.language,
        count(*) filter (where remarks_seen.written_on >= $month_on::date) as comments,
        count(*) filter (where remarks_seen.written_on < $month_on::date) as before
    from remarks_seen
    where
        remarks_seen.written_on >= $before_on::date
        and remarks_seen.written_on < $month_on::date + interval 1 month
        and ($of_language is null or remarks_seen.language = $of_language)
    group by all
),

sizes as (
    select
        grouped.language,
        grouping(grouped.language) = 1 as is_any_language,
        sum(grouped.comments)::bigint as of_comments,
        sum(grouped.before)::bigint as of_before
    from grouped
    group by grouping sets ((grouped.language), ())
),

said as (
    select
        text_terms.term_no,
        sum(grouped.comments)::bigint as comments,
        sum(grouped.before)::bigint as before
    from grouped
    inner join text_terms
        on grouped.text_no = text_terms.text_no
    group by text_terms.term_no
    having sum(grouped.comments) >= $least
),

final as (
    select
        terms.term_no,
        terms.term,
        terms.language,
        terms.first_no,
        terms.second_no,
        said.comments,
        sizes.of_comments,
        said.before,
        sizes.of_before
    from said
    inner join terms
        on said.term_no = terms.term_no
    inner join sizes
        on
            sizes.is_any_language = (terms.language is null)
            and sizes.language is not distinct from terms.language
)

select * from final
order by
    term_no
