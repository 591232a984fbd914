-- customers_of_accounts: The customers of some accounts.
-- grain: one row per id
-- params:
--   account_ids (VARCHAR[]): ids of the accounts, as in the exports
-- returns:
--   id (VARCHAR): the customer's id as in the exports
-- source: ours

with final as (
    select customers.customer_id as id
    from customers
    where customers.account_id in (select unnest($account_ids))
)

select * from final
order by id
