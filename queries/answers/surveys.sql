-- surveys: Which questions were asked, and which scales their scores fit.
-- grain: one row per kind and question
-- params:
--   blank (DOUBLE[]): scores that stand for no score
--   not_applicable (DOUBLE[]): scores that stand for "does not apply"
--   before_on (DATE): first local day that is not seen; null means everything is
-- returns:
--   kind (VARCHAR): nps, csat or ces
--   question (VARCHAR): its wording; null = not said
--   answers (BIGINT): answers
--   scored (BIGINT): of them those with a score that stands for itself
--   undated (BIGINT): answers without a time
--   unknown_people (BIGINT): answers of people who are in no other file
--   lowest (DOUBLE): least score
--   highest (DOUBLE): greatest score
--   fits_5 (BIGINT): scores from 1 to 5
--   fits_7 (BIGINT): scores from 1 to 7
--   fits_10 (BIGINT): scores from 1 to 10
--   fits_0_10 (BIGINT): scores from 0 to 10
--   fits_0_100 (BIGINT): scores from 0 to 100
--   first_on (DATE): local day of the first answer
--   last_on (DATE): local day of the last one
--   campaigns (VARCHAR[]): names of the campaigns, in order
-- source: docs/definitions.md, Scores
with seen as (
    select
        responses.*,
        case
            when
                isfinite(responses.score)
                and not list_contains($blank::double[], responses.score)
                and not list_contains($not_applicable::double[], responses.score)
                then responses.score
        end as said
    from responses
    where
        responses.kind in ('nps', 'csat', 'ces')
        and ($before_on::date is null or responses.answered_on < $before_on)
),

final as (
    select
        seen.kind,
        seen.question,
        count(*) as answers,
        count(seen.said) as scored,
        count(*) filter (where seen.answered_on is null) as undated,
        count(*) filter (where seen.customer_no is null) as unknown_people,
        min(seen.said) as lowest,
        max(seen.said) as highest,
        count(*) filter (where seen.said between 1 and 5) as fits_5,
        count(*) filter (where seen.said between 1 and 7) as fits_7,
        count(*) filter (where seen.said between 1 and 10) as fits_10,
        count(*) filter (where seen.said between 0 and 10) as fits_0_10,
        count(*) filter (where seen.said between 0 and 100) as fits_0_100,
        min(seen.answered_on) as first_on,
        max(seen.answered_on) as last_on,
        coalesce(
            list_sort(list_distinct(list(seen.campaign))), []::varchar[]
        ) as campaigns
    from seen
    group by all
)

select * from final
order by
    array_position(['nps', 'csat', 'ces'], kind) asc,
    answers desc,
    question asc nulls last
