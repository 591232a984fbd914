-- touches_of_two_variants: Customers who saw several variants of one experiment.
-- grain: one row per customer_id and experiment
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   experiment (VARCHAR): the experiment
--   variants (VARCHAR): what was seen, in order of the alphabet
--   first_on (DATE): local day of the first touch
--   last_on (DATE): local day of the last touch
-- source: ours; a customer of two variants belongs to neither

with final as (
    select
        customers.customer_id,
        touches.experiment,
        string_agg(distinct touches.variant, ', ' order by touches.variant) as variants,
        min(touches.touched_on) as first_on,
        max(touches.touched_on) as last_on
    from touches
    inner join customers on touches.customer_no = customers.customer_no
    group by customers.customer_id, touches.experiment
    having count(distinct touches.variant) > 1
)

select * from final
order by experiment asc, customer_id asc
limit $most
