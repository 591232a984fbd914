-- exit_comments: What those who left wrote, on leaving or in surveys before.
-- grain: one row per customer or account, left_on, told_on, asked, score and comment
-- params:
--   of_exit (BOOLEAN): written on leaving; else in a survey in the 30 days before
--   of_reason (VARCHAR): the reason; null means any
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   told_on (DATE): local day of the comment
--   comment (VARCHAR): the customer's words
--   asked (VARCHAR): kind of the survey; null on leaving
--   score (DOUBLE): its score; null = none
--   reason (VARCHAR): the reason given for leaving
--   left_on (DATE): first local day without paid access, or the day it lapsed
--   tenure_days (INTEGER): days as a customer up to then
--   monthly_lost (DOUBLE): what a month was worth on the day before; null = no price
-- source: docs/definitions.md, Reasons for leaving; the same relation as exit_reasons
with labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select distinct
        units.id,
        labels.segment,
        comments.told_on,
        comments.comment,
        comments.asked,
        comments.score,
        exits.reason,
        exits.left_on,
        exits.tenure_days,
        exits.monthly_lost::double as monthly_lost
    from comments
    inner join exits
        on
            comments.unit_no = exits.unit_no
            and comments.spell_no = exits.spell_no
    inner join labels
        on exits.segment_no = labels.segment_no
    inner join units
        on exits.unit_no = units.unit_no
    where
        exits.is_counted
        and comments.is_exit = $of_exit
        and ($of_reason is null or exits.reason = $of_reason)
        and ($of_segment is null or labels.segment = $of_segment)
)

select
    final.id,
    final.segment,
    final.told_on,
    final.comment,
    final.asked,
    final.score,
    final.reason,
    final.left_on,
    final.tenure_days,
    final.monthly_lost
from final
order by
    final.left_on desc,
    final.id asc,
    final.told_on desc,
    final.comment asc
