-- theme_topics: How many comments touch each topic, and what scores they gave.
-- grain: one row per topic_no
-- params:
--   of_language (VARCHAR): only comments of this language; null means any
--   term_nos (INTEGER[]): terms of the topics
--   topic_nos (INTEGER[]): the topic of each of these terms
-- returns:
--   topic_no (INTEGER): number of the topic
--   comments (BIGINT): comments with at least two of its terms
--   scored (BIGINT): of these, with a score on the scale
--   score_mean (DOUBLE): mean of these scores; null = none
--   high (BIGINT): of these, scores in the highest group
--   low (BIGINT): the same of the lowest group
--   example (VARCHAR): the comment that was written most often, letter by letter
-- source: ours; two terms, since one alone may mean something else
with asked as (
    select
        unnest($term_nos) as term_no,
        unnest($topic_nos) as topic_no
),

touching as (
    select
        asked.topic_no,
        text_terms.text_no
    from text_terms
    inner join asked
        on text_terms.term_no = asked.term_no
    group by all
    having count(*) >= 2
),

grouped as (
    select
        remarks_seen.text_no,
        any_value(remarks_seen.comment) as comment,
        count(*) as comments,
        count(remarks_seen.band_no) as scored,
        sum(remarks_seen.score) filter (
            where remarks_seen.band_no is not null
        ) as score_sum,
        count(*) filter (where remarks_seen.band_no = 2) as high,
        count(*) filter (where remarks_seen.band_no = 0) as low
    from remarks_seen
    where $of_language is null or remarks_seen.language = $of_language
    group by remarks_seen.text_no
),

final as (
    select
        touching.topic_no,
        sum(grouped.comments)::bigint as comments,
        sum(grouped.scored)::bigint as scored,
        sum(grouped.score_sum) / nullif(sum(grouped.scored), 0) as score_mean,
        sum(grouped.high)::bigint as high,
        sum(grouped.low)::bigint as low,
        arg_max(
            grouped.comment,
            { 'comments': grouped.comments, 'text_no': -grouped.text_no }
        ) as example
    from touching
    inner join grouped
        on touching.text_no = grouped.text_no
    group by touching.topic_no
)

select * from final
order by
    topic_no
