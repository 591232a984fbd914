-- unusable_tenures: How many customers in view have a tenure that is none.
-- grain: one row
-- params: none
-- returns:
--   customers (BIGINT): customers whose tenure is negative or no finite number
-- source: docs/definitions.md, Survival: tenures that are left out
with final as (
    select count(*) as customers
    from population
    inner join customers
        on population.customer_no = customers.customer_no
    where
        customers.tenure_months < 0
        or not isfinite(customers.tenure_months)
)

select final.customers
from final
