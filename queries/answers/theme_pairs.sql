-- theme_pairs: In how many comments two terms stand together.
-- grain: one row per term_no and other_no
-- params:
--   of_language (VARCHAR): only comments of this language; null means any
--   term_nos (INTEGER[]): the terms
-- returns:
--   term_no (INTEGER): the term with the lower number
--   other_no (INTEGER): the other one; the same for the term's own comments
--   comments (BIGINT): comments with both
-- source: ours; counts from which topics are grouped
with grouped as (
    select
        remarks_seen.text_no,
        count(*) as comments
    from remarks_seen
    where $of_language is null or remarks_seen.language = $of_language
    group by remarks_seen.text_no
),

asked as (
    select
        text_terms.text_no,
        text_terms.term_no,
        grouped.comments
    from text_terms
    inner join grouped
        on text_terms.text_no = grouped.text_no
    where list_contains($term_nos, text_terms.term_no)
),

final as (
    select
        asked.term_no,
        others.term_no as other_no,
        sum(asked.comments)::bigint as comments
    from asked
    inner join asked as others
        on asked.text_no = others.text_no and asked.term_no <= others.term_no
    group by all
)

select * from final
order by
    term_no,
    other_no
