-- Grain: record, card, kind, identifier.
-- One record (customer, lead, deal, order) and one phone or e-mail (hashed) that it carries, with the customer's card that the record is or
-- names.  What stands on a lead of a company and its contact is the contact's.
with cells as (
    {%- for letter, entity, key, card in [
        ('c', 'customers', 'customer_id', 'coalesce(merged_into_id, customer_id)'),
        ('l', 'leads', 'lead_id', 'customer_id'), ('d', 'deals', 'deal_id', 'customer_id'), ('o', 'orders', 'order_id', 'customer_id')
    ] %}
    {%- set is_last = loop.last %}
    {%- for kind in ['phone', 'email'] %}
    select concat('{{ letter }}:', {{ key }}) as record, 'c:' || {{ card }} as card, '{{ kind }}' as kind, {{ kind }} as cell from {{ ref(entity) }}
    {{ 'union all' if not (is_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
)

select distinct
    coalesce(acting.contact, cells.record) as record,
    coalesce(acting.contact, cells.card) as card,
    cells.kind,
    told.identifier
from cells
inner join {{ ref('int_contact_values') }} as told on cells.kind = told.kind and cells.cell = told.cell
left join {{ ref('int_contact_companies') }} as acting on cells.record = acting.record and cells.record <> acting.contact and acting.contact_no = 1
