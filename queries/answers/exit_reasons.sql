-- exit_reasons: Why customers left, and what each reason cost.
-- grain: one row per segment and reason
-- params:
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   min_n (INTEGER): under this many losses a figure is small
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   reason (VARCHAR): the reason given; null is all of them together
--   kind (VARCHAR): cancelled, failed payment, not said or fell silent; null with all
--   lost (BIGINT): losses with this reason; who left twice counts twice
--   of_lost (BIGINT): losses of the segment
--   monthly_lost (DOUBLE): what they were worth a month on their last day; null = no
--     price
--   priced (BIGINT): losses with a price
--   median_tenure_days (DOUBLE): half of them had been customers no longer
--   nps_answers (BIGINT): losses with a scored NPS answer before
--   nps_mean (DOUBLE): mean of the last score before leaving
--   promoters (BIGINT): losses whose last score was 9 or 10
--   detractors (BIGINT): losses whose last score was 0 to 6
--   ticket_lost (BIGINT): losses whose 30 days before were observed
--   tickets (BIGINT): tickets opened in these days
--   with_ticket (BIGINT): losses with at least one
--   back (BIGINT): losses of those who have come back since
--   is_small (BOOLEAN): fewer losses than min_n
-- source: docs/definitions.md, Reasons for leaving
with shown as (
    select
        exits.segment_no,
        exits.reason,
        exits.kind,
        exits.monthly_lost,
        exits.tenure_days,
        exits.nps_score,
        exits.tickets,
        exits.back_on
    from exits
    where exits.is_counted
),

counted as (
    select
        shown.segment_no,
        shown.reason,
        any_value(shown.kind) as kind,
        count(*) as lost,
        sum(shown.monthly_lost)::double as monthly_lost,
        count(shown.monthly_lost) as priced,
        median(shown.tenure_days) as median_tenure_days,
        count(shown.nps_score) as nps_answers,
        avg(shown.nps_score) as nps_mean,
        count(*) filter (where shown.nps_score >= 9) as promoters,
        count(*) filter (where shown.nps_score <= 6) as detractors,
        count(shown.tickets) as ticket_lost,
        sum(shown.tickets)::bigint as tickets,
        count(*) filter (where shown.tickets > 0) as with_ticket,
        count(shown.back_on) as back,
        grouping(shown.segment_no) = 1 as is_total,
        grouping(shown.reason) = 1 as is_every
    from shown
    group by grouping sets (
        (shown.segment_no, shown.reason),
        (shown.segment_no),
        (shown.reason),
        ()
    )
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        counted.segment_no,
        coalesce(labels.segment, 'All') as segment,
        counted.reason,
        case when not counted.is_every then counted.kind end as kind,
        counted.lost,
        max(counted.lost) over (partition by counted.segment_no) as of_lost,
        counted.monthly_lost,
        counted.priced,
        counted.median_tenure_days,
        counted.nps_answers,
        counted.nps_mean,
        counted.promoters,
        counted.detractors,
        counted.ticket_lost,
        counted.tickets,
        counted.with_ticket,
        counted.back
    from counted
    left join labels
        on counted.segment_no = labels.segment_no
    -- without a breakdown the only segment is everyone
    where counted.lost > 0 and (not counted.is_total or $has_segments)
)

select
    final.segment,
    final.reason,
    final.kind,
    final.lost,
    final.of_lost,
    final.monthly_lost,
    final.priced,
    final.median_tenure_days,
    final.nps_answers,
    final.nps_mean,
    final.promoters,
    final.detractors,
    final.ticket_lost,
    final.tickets,
    final.with_ticket,
    final.back,
    final.lost < $min_n as is_small
from final
order by
    final.segment_no asc nulls first,
    final.reason is not null asc,
    array_position(
        ['cancelled', 'failed payment', 'not said', 'fell silent'], final.kind
    ) asc,
    final.reason in ('Other reasons', 'Other failed payments') asc,
    final.lost desc,
    final.reason asc
