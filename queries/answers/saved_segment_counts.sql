-- saved_segment_counts: How many ids of a saved segment are somebody in the data.
-- grain: one row
-- params:
--   saved_table (VARCHAR): table of the ids and who they are, as
--     saved_segment_members makes it
-- returns:
--   ids (BIGINT): ids of the segment
--   customers (BIGINT): customers whom they are; fewer where ids were joined
--   gone (BIGINT): ids that nobody goes by now
-- source: ours

with final as (
    select
        count(*) as ids,
        count(distinct members.customer_no) as customers,
        count(*) - count(members.customer_no) as gone
    from query_table($saved_table) as members
)

select * from final
