-- scores_campaigns: What was answered in each campaign or wave.
-- grain: one row per campaign
-- params:
--   min_n (INTEGER): under this many scores a figure is small
-- returns:
--   campaign (VARCHAR): its name; null = none is named
--   first_on (DATE): local day of the first answer
--   last_on (DATE): local day of the last one
--   answers (BIGINT): answers given
--   n (BIGINT): of them those whose score counts
--   superseded (BIGINT): scores with a later one of the same customer in the campaign
--   unscored (BIGINT): answers without a score
--   not_applicable (BIGINT): answers that it does not apply
--   off_scale (BIGINT): scores that are not on the scale; in no figure
--   high (BIGINT): scores that count in the best group
--   middle (BIGINT): those in the group between
--   low (BIGINT): those in the worst group
--   score_sum (DOUBLE): sum of the scores that count
--   score_squares (DOUBLE): sum of their squares
--   is_small (BOOLEAN): fewer scores than min_n
-- source: docs/definitions.md, Scores
with counted as (
    select
        counts.campaign,
        min(counts.first_on) as first_on,
        max(counts.last_on) as last_on,
        sum(counts.answers) as answers,
        sum(counts.answers) filter (where counts.is_counted_in_campaign) as n,
        sum(counts.answers) filter (where counts.status = 'scored') as scored,
        sum(counts.answers) filter (where counts.status = 'unscored') as unscored,
        sum(counts.answers) filter (
            where counts.status = 'not_applicable'
        ) as not_applicable,
        sum(counts.answers) filter (where counts.status = 'off_scale') as off_scale,
        sum(counts.answers) filter (
            where counts.is_counted_in_campaign and counts.score_group = 'high'
        ) as high,
        sum(counts.answers) filter (
            where counts.is_counted_in_campaign and counts.score_group = 'low'
        ) as low,
        sum(counts.answers * counts.score) filter (
            where counts.is_counted_in_campaign
        ) as score_sum,
        sum(counts.answers * counts.score * counts.score) filter (
            where counts.is_counted_in_campaign
        ) as score_squares
    from score_counts as counts
    group by all
),

whole as (
    select
        counted.campaign,
        counted.first_on,
        counted.last_on,
        counted.answers::bigint as answers,
        coalesce(counted.n, 0)::bigint as n,
        coalesce(counted.scored, 0)::bigint as scored,
        coalesce(counted.unscored, 0)::bigint as unscored,
        coalesce(counted.not_applicable, 0)::bigint as not_applicable,
        coalesce(counted.off_scale, 0)::bigint as off_scale,
        coalesce(counted.high, 0)::bigint as high,
        coalesce(counted.low, 0)::bigint as low,
        coalesce(counted.score_sum, 0.0) as score_sum,
        coalesce(counted.score_squares, 0.0) as score_squares
    from counted
),

final as (
    select
        whole.campaign,
        whole.first_on,
        whole.last_on,
        whole.answers,
        whole.n,
        whole.scored - whole.n as superseded,
        whole.unscored,
        whole.not_applicable,
        whole.off_scale,
        whole.high,
        whole.n - whole.high - whole.low as middle,
        whole.low,
        whole.score_sum,
        whole.score_squares,
        whole.n < $min_n as is_small
    from whole
)

select * from final
order by
    first_on asc nulls last,
    campaign asc nulls last
