-- Grain: record, customer_key.
-- One deal or order and one person or company whose visits, e-mails and calls count for it: its customer, and the contacts that it
-- names or, where it names none, the customer's own.
with records as (
    select record, customer_key from {{ ref('int_record_customers') }} where left(record, 2) in ('d:', 'o:')
),

named as (
    select named.record, people.customer_key
    from {{ ref('int_contact_companies') }} as named
    inner join {{ ref('int_identity_clusters') }} as people on named.contact = people.record
),

namers as (
    select distinct record from named
)

select record, customer_key from records
union
select records.record, named.customer_key
from records
inner join named on records.record = named.record
union
select records.record, people.contact_key
from records
inner join {{ ref('int_company_people') }} as people on records.customer_key = people.company_key
left join namers on records.record = namers.record
where namers.record is null
