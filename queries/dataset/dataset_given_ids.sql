-- dataset_given_ids: Which customer is meant by each id of the exports.
-- grain: one row per id as given
-- params: none
-- returns:
--   given_id (VARCHAR): id as in the exports
--   person_id (VARCHAR): the id that the customer goes by
--   declared (VARCHAR): the same for all ids that a mapping file makes one
--   matched_by (VARCHAR): 'id', 'mapping file' or 'e-mail'
-- source: ours; customers go by the id of the file that describes them, else by that
--   of the first file loaded; an e-mail address only where there is no other id

with known as (
    select
        given_id,
        node,
        bool_or(is_described) as is_described,
        bool_or(is_customer) as is_customer,
        min(source_no) as source_no
    from sightings
    where given_id is not null
    group by given_id, node
),

together as (
    select
        known.*,
        coalesce(declared.person, known.node) as declared
    from known
    left join declared on known.node = declared.node
),

grouped as (
    select
        together.*,
        case
            when doubtful_persons.person is null
                then coalesce(linked.person, together.declared)
            else together.declared
        end as person
    from together
    left join linked on together.declared = linked.node
    left join doubtful_persons on linked.person = doubtful_persons.person
),

named as (
    select
        person,
        arg_min(
            { 'given_id': given_id, 'node': node, 'declared': declared },
            (
                not is_customer,
                contains(node, '@'),
                not is_described,
                source_no,
                given_id
            )
        ) as chosen
    from grouped
    group by person
),

final as (
    select
        grouped.given_id,
        named.chosen.given_id as person_id,
        grouped.declared,
        case
            when grouped.given_id = named.chosen.given_id then 'id'
            when
                grouped.declared = named.chosen.declared
                and grouped.node <> named.chosen.node then 'mapping file'
            else 'e-mail'
        end as matched_by
    from grouped
    inner join named on grouped.person = named.person
)

select * from final
