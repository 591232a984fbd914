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
with told as (
    select
        responses.kind,
        responses.question,
        responses.campaign,
        responses.score,
        count(*) as answers,
        count(*) - count(responses.answered_on) as undated,
        count(*) - count(responses.customer_no) as unknown_people,
        min(responses.answered_on) as first_on,
        max(responses.answered_on) as last_on
    from responses
    where
        responses.kind in ('nps', 'csat', 'ces')
        and ($before_on::date is null or responses.answered_on < $before_on)
    group by all
),

seen as (
    select
        told.*,
        case
            when
                isfinite(told.score)
                and not list_contains($blank::double[], told.score)
                and not list_contains($not_applicable::double[], told.score)
                then told.score
        end as said
    from told
),

counted as (
    select
        seen.kind,
        seen.question,
        sum(seen.answers) as answers,
        sum(seen.answers) filter (where seen.said is not null) as scored,
        sum(seen.undated) as undated,
        sum(seen.unknown_people) as unknown_people,
        min(seen.said) as lowest,
        max(seen.said) as highest,
        sum(seen.answers) filter (where seen.said between 1 and 5) as fits_5,
        sum(seen.answers) filter (where seen.said between 1 and 7) as fits_7,
        sum(seen.answers) filter (where seen.said between 1 and 10) as fits_10,
        sum(seen.answers) filter (where seen.said between 0 and 10) as fits_0_10,
        sum(seen.answers) filter (where seen.said between 0 and 100) as fits_0_100,
        min(seen.first_on) as first_on,
        max(seen.last_on) as last_on,
        list(distinct seen.campaign order by seen.campaign) filter (
            where seen.campaign is not null
        ) as campaigns
    from seen
    group by all
),

final as (
    select
        counted.kind,
        counted.question,
        counted.answers::bigint as answers,
        coalesce(counted.scored, 0)::bigint as scored,
        counted.undated::bigint as undated,
        counted.unknown_people::bigint as unknown_people,
        counted.lowest,
        counted.highest,
        coalesce(counted.fits_5, 0)::bigint as fits_5,
        coalesce(counted.fits_7, 0)::bigint as fits_7,
        coalesce(counted.fits_10, 0)::bigint as fits_10,
        coalesce(counted.fits_0_10, 0)::bigint as fits_0_10,
        coalesce(counted.fits_0_100, 0)::bigint as fits_0_100,
        counted.first_on,
        counted.last_on,
        coalesce(counted.campaigns, []::varchar[]) as campaigns
    from counted
)

select * from final
order by
    array_position(['nps', 'csat', 'ces'], kind) asc,
    answers desc,
    question asc nulls last
