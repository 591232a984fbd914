-- themes: Which words, phrases and themes of one's own recur in comments, by group.
-- grain: one row per term_no and group_no
-- params:
--   by_segment (BOOLEAN): groups are the segments; else the groups of the score
--   of_language (VARCHAR): only comments of this language; null means any
--   least (INTEGER): terms of fewer comments are left out; own themes are not
--   most (INTEGER): so many terms of each language at most, the most frequent
-- returns:
--   term_no (INTEGER): number of the term; own themes have the highest
--   term (VARCHAR): the word, phrase or own theme
--   language (VARCHAR): its language; null for own themes, which have all
--   first_no (INTEGER): of a phrase the number of its first word, else -1
--   second_no (INTEGER): the same of its second word
--   group_no (INTEGER): number of the group; null is everyone
--   comments (BIGINT): comments with the term
--   of_comments (BIGINT): comments of its language, or all of them for own themes
--   scored (BIGINT): of the comments with the term those with a score on the scale
--   score_mean (DOUBLE): mean of these scores; null = none
--   high (BIGINT): of these, scores in the highest group, such as promoters
--   low (BIGINT): the same of the lowest group
-- source: docs/definitions.md, Themes of comments
with grouped as (
    select
        remarks_seen.text_no,
        remarks_seen.language,
        coalesce(
            case
                when $by_segment then remarks_seen.segment_no
                else remarks_seen.band_no
            end,
            -1
        )::integer as group_no,
        count(*) as comments,
        count(remarks_seen.band_no) as scored,
        sum(remarks_seen.score) filter (
            where remarks_seen.band_no is not null
        ) as score_sum,
        count(*) filter (where remarks_seen.band_no = 2) as high,
        count(*) filter (where remarks_seen.band_no = 0) as low
    from remarks_seen
    where $of_language is null or remarks_seen.language = $of_language
    group by all
),

sizes as (
    select
        grouped.language,
        grouped.group_no,
        grouping(grouped.language) = 1 as is_any_language,
        grouping(grouped.group_no) = 1 as is_everyone,
        sum(grouped.comments)::bigint as of_comments
    from grouped
    group by grouping sets (
        (grouped.language, grouped.group_no),
        (grouped.language),
        (grouped.group_no),
        ()
    )
),

said as (
    select
        text_terms.term_no,
        grouped.group_no,
        grouping(grouped.group_no) = 1 as is_everyone,
        sum(grouped.comments)::bigint as comments,
        sum(grouped.scored)::bigint as scored,
        sum(grouped.score_sum) as score_sum,
        sum(grouped.high)::bigint as high,
        sum(grouped.low)::bigint as low
    from grouped
    inner join text_terms
        on grouped.text_no = text_terms.text_no
    group by grouping sets (
        (text_terms.term_no, grouped.group_no),
        (text_terms.term_no)
    )
),

kept as (
    select
        terms.term_no,
        terms.term,
        terms.language,
        terms.first_no,
        terms.second_no
    from terms
    left join said
        on terms.term_no = said.term_no and said.is_everyone
    -- own themes are shown where nobody tells of them, too
    where terms.language is null or said.comments >= $least
    qualify
        terms.language is null
        or row_number() over (
            partition by terms.language
            order by said.comments desc, terms.term_no asc
        ) <= $most
),

final as (
    select
        kept.term_no,
        kept.term,
        kept.language,
        kept.first_no,
        kept.second_no,
        sizes.group_no,
        coalesce(said.comments, 0) as comments,
        sizes.of_comments,
        coalesce(said.scored, 0) as scored,
        said.score_sum / nullif(said.scored, 0) as score_mean,
        coalesce(said.high, 0) as high,
        coalesce(said.low, 0) as low
    from kept
    inner join sizes
        on
            sizes.is_any_language = (kept.language is null)
            and sizes.language is not distinct from kept.language
    left join said
        on
            kept.term_no = said.term_no
            and sizes.is_everyone = said.is_everyone
            and sizes.group_no is not distinct from said.group_no
    where sizes.is_everyone or sizes.group_no >= 0
)

select * from final
order by
    term_no asc,
    group_no asc nulls first
