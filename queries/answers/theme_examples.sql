-- theme_examples: For each term the comments that say it most often, letter by letter.
-- grain: one row per term_no and place
-- params:
--   of_language (VARCHAR): only comments of this language; null means any
--   term_nos (INTEGER[]): the terms
--   examples (INTEGER): so many comments of each
-- returns:
--   term_no (INTEGER): number of the term
--   place (BIGINT): 1 is the comment that was written most often, then the newest
--   comment (VARCHAR): the words as they were written
--   comments (BIGINT): how many customers wrote exactly this
--   score_mean (DOUBLE): mean of their scores on the scale; null = none
-- source: ours; frequent words first, since they stand for most
with grouped as (
    select
        remarks_seen.text_no,
        count(*) as comments,
        avg(remarks_seen.score) filter (
            where remarks_seen.band_no is not null
        ) as score_mean,
        max(remarks_seen.written_on) as last_on
    from remarks_seen
    where $of_language is null or remarks_seen.language = $of_language
    group by remarks_seen.text_no
),

chosen as (
    select
        text_terms.term_no,
        row_number() over (
            partition by text_terms.term_no
            order by
                grouped.comments desc,
                grouped.last_on desc nulls last,
                grouped.text_no asc
        ) as place,
        grouped.text_no,
        grouped.comments,
        grouped.score_mean
    from grouped
    inner join text_terms
        on grouped.text_no = text_terms.text_no
    where list_contains($term_nos, text_terms.term_no)
    qualify place <= $examples
),

-- the words themselves are fetched for those few alone
told as (
    select
        remarks_seen.text_no,
        any_value(remarks_seen.comment) as comment
    from remarks_seen
    where remarks_seen.text_no in (select chosen.text_no from chosen)
    group by remarks_seen.text_no
),

final as (
    select
        chosen.term_no,
        chosen.place,
        told.comment,
        chosen.comments,
        chosen.score_mean
    from chosen
    inner join told
        on chosen.text_no = told.text_no
)

select * from final
order by
    term_no,
    place
