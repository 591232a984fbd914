-- journeys: Where customers go after something, or came from before it, step by step.
-- grain: one row per segment and node
-- params:
--   base (INTEGER): how many codes of steps there are; a node is the one before times
--     this plus the code of the step
--   powers (BIGINT[]): base to the power of 0, 1, 2 and so on
--   branches (INTEGER): how many next steps of a step stand alone
--   rarest_percent (INTEGER): of all journeys; what is rarer does not stand alone
--   is_every (BOOLEAN): a customer can make several journeys
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   depth (INTEGER): steps from the start; 0 is the start itself
--   node (BIGINT): stands for the path up to here
--   parent (BIGINT): the node before; null for the start
--   kind (VARCHAR): start, event, nothing (no further step came), open (a further step
--     may still come in time) or other (all further steps that do not stand alone)
--   event (VARCHAR): what was done, for kind event
--   journeys (BIGINT): journeys that came here
--   customers (BIGINT): customers or accounts who made them
--   parent_journeys (BIGINT): journeys that came to the node before
--   parent_open (BIGINT): those of them that wait there, as their time is not over
--   open_journeys (BIGINT): journeys that wait anywhere at or before this depth
--   started_journeys (BIGINT): all journeys of the segment
--   median_seconds (DOUBLE): half of those here took no longer since the step before
-- source: ours; docs/definitions.md, Journeys
with sizes as (
    select
        walks.node,
        walks.depth,
        count(*) as journeys
    from walks
    group by walks.node, walks.depth
),

-- nothing more and still open always stand alone
ranked as (
    select
        sizes.node,
        sizes.depth,
        sizes.node % $base < 2 as is_end,
        row_number() over (
            partition by sizes.node // $base, sizes.node % $base < 2
            order by sizes.journeys desc, sizes.node asc
        ) <= $branches as is_frequent,
        sizes.journeys * 100 >= $rarest_percent * starts.journeys as is_large
    from sizes
    inner join sizes as starts
        on starts.depth = 0
    where sizes.depth > 0
),

kept as (
    select
        ranked.node,
        ranked.depth
    from ranked
    where ranked.is_end or (ranked.is_frequent and ranked.is_large)
),

lineages as (
    select
        kept.node,
        kept.depth,
        kept.node // list_extract($powers, unnest(range(1, kept.depth + 1)))
            as ancestor
    from kept
),

-- a path stands alone where every step of it does
alone as (
    select lineages.node
    from lineages
    inner join kept
        on lineages.ancestor = kept.node
    group by lineages.node, lineages.depth
    having count(*) = lineages.depth
),

places as (
    select
        sizes.node,
        sizes.depth,
        case
            when sizes.depth = 0 or own.node is not null then sizes.node
            when sizes.depth = 1 or parents.node is not null
                then sizes.node // $base * $base + 2
        end as place
    from sizes
    left join alone as own
        on sizes.node = own.node
    left join alone as parents
        on sizes.node // $base = parents.node
),

seen as (
    select
        walks.segment_no,
        walks.unit_no,
        places.place,
        places.depth,
        walks.waited_seconds
    from walks
    inner join places
        on walks.node = places.node
    where places.place is not null
),

figures as (
    select
        seen.segment_no,
        seen.place,
        seen.depth,
        count(*) as journeys,
        median(seen.waited_seconds) as median_seconds
    from seen
    group by seen.segment_no, seen.place, seen.depth
    union all
    select
        null as segment_no,
        seen.place,
        seen.depth,
        count(*) as journeys,
        median(seen.waited_seconds) as median_seconds
    from seen
    where $has_segments
    group by seen.place, seen.depth
),

people as (
    select
        seen.segment_no,
        seen.place,
        count(distinct seen.unit_no) as customers
    from seen
    where $is_every
    group by grouping sets ((seen.segment_no, seen.place), (seen.place))
),

waiting as (
    select
        walks.segment_no,
        walks.depth,
        count(*) as journeys
    from walks
    where walks.depth > 0 and walks.node % $base = 1
    group by grouping sets ((walks.segment_no, walks.depth), (walks.depth))
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        figures.segment_no,
        coalesce(labels.segment, 'All') as segment,
        figures.depth,
        figures.place as node,
        parents.place as parent,
        case
            when figures.depth = 0 then 'start'
            when figures.place % $base = 0 then 'nothing'
            when figures.place % $base = 1 then 'open'
            when figures.place % $base = 2 then 'other'
            else 'event'
        end as kind,
        event_names.event,
        figures.journeys,
        coalesce(people.customers, figures.journeys) as customers,
        parents.journeys as parent_journeys,
        coalesce(open_there.journeys, 0) as parent_open,
        coalesce((
            select sum(waiting.journeys)
            from waiting
            where
                waiting.segment_no is not distinct from figures.segment_no
                and waiting.depth <= figures.depth
        ), 0)::bigint as open_journeys,
        starts.journeys as started_journeys,
        figures.median_seconds
    from figures
    inner join figures as starts
        on
            figures.segment_no is not distinct from starts.segment_no
            and starts.depth = 0
    left join figures as parents
        on
            figures.segment_no is not distinct from parents.segment_no
            and figures.depth = parents.depth + 1
            and figures.place // $base = parents.place
    left join figures as open_there
        on
            figures.segment_no is not distinct from open_there.segment_no
            and figures.depth = open_there.depth
            and figures.place // $base * $base + 1 = open_there.place
    left join people
        on
            figures.segment_no is not distinct from people.segment_no
            and figures.place = people.place
    left join event_names
        on figures.depth > 0 and figures.place % $base = event_names.code + 4
    left join labels
        on figures.segment_no = labels.segment_no
)

select
    final.segment,
    final.depth,
    final.node,
    final.parent,
    final.kind,
    final.event,
    final.journeys,
    final.customers,
    final.parent_journeys,
    final.parent_open,
    final.open_journeys,
    final.started_journeys,
    final.median_seconds
from final
order by
    final.segment_no asc nulls first,
    final.depth asc,
    final.journeys desc,
    final.node asc
