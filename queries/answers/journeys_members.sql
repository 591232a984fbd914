-- journeys_members: Which customers came to one node of the journeys.
-- grain: one row per customer or account
-- params:
--   base (INTEGER): how many codes of steps there are
--   of_node (BIGINT): the node; that of other steps stands for all but those alone
--   alone (BIGINT[]): the steps beside it that stand alone
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
--   journeys (BIGINT): how many of the customer's journeys came here
-- source: docs/definitions.md, Journeys; the same relation as journeys
with chosen as (
    select
        walks.unit_no,
        walks.segment_no,
        count(*) as journeys
    from walks
    where
        case
            when $of_node % $base = 2
                then
                    walks.depth > 0
                    and walks.node // $base = $of_node // $base
                    and not list_contains($alone, walks.node)
            else walks.node = $of_node
        end
    group by walks.unit_no, walks.segment_no
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        units.id,
        labels.segment,
        units.joined_on,
        units.last_seen_on,
        chosen.journeys
    from chosen
    inner join labels
        on chosen.segment_no = labels.segment_no
    inner join units
        on chosen.unit_no = units.unit_no
    where $of_segment is null or labels.segment = $of_segment
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.last_seen_on,
    final.journeys
from final
order by final.id
