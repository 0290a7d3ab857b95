-- Grain: record, contact, company.
-- One contact person, one company that he acts for, and one record that says so: his own card, or a lead, deal or quote that names
-- both.  The first of several contacts of a record is in contact_no 1.
with listed as (
    select source_system, source_account, concat('c:', customer_id) as record, concat('c:', customer_id) as own_customer, company_id as named_ids
    from {{ ref('customers') }}
    {%- for letter, entity, key in [('l', 'leads', 'lead_id'), ('d', 'deals', 'deal_id'), ('q', 'quotes', 'quote_id')] %}
    union all
    select source_system, source_account, concat('{{ letter }}:', {{ key }}), concat('c:', customer_id), contact_id
    from {{ ref(entity) }}
    where customer_id is not null
    {%- endfor %}
),

named as (
    {{ unnest_arrays('listed', ['source_system', 'source_account', 'record', 'own_customer'], {'named_id': 'named_ids'}) }}
),

resolved as (
    select
        named.record,
        named.own_customer,
        concat('c:', {{ key_of('named.named_id', 'found', 'customer', system_of('named', '')) }}) as named_customer,
        named.position
    from named
    {{- join_ids("'customer'", 'named.named_id', 'found', 'customer', system_of('named', '')) }}
    where named.named_id is not null
)

select
    record,
    case when record = own_customer then own_customer else named_customer end as contact,
    case when record = own_customer then named_customer else own_customer end as company,
    row_number() over (partition by record order by min(position)) as contact_no
from resolved
where own_customer <> named_customer
group by record, own_customer, named_customer
