-- Grain: contact_id.
-- One contact with a lead, a deal or a customer: a call, or any other activity that took place before the as-of day, with whose it is.
with contacts as (
    select * from {{ ref('int_activities') }} where kind not in ('task', 'proposal') and occurred_at < {{ cutoff() }}
),

deals as (
    select deal_id, lead_id from {{ ref('deals') }}
),

told as (
    select
        contacts.activity_key as contact_id,
        contacts.kind,
        contacts.direction,
        contacts.occurred_at,
        contacts.ended_at,
        contacts.is_completed,
        contacts.outcome is not null as has_outcome,
        -- what answers a customer: a conversation by phone, a meeting held, or something sent; what the customer sends does not
        contacts.is_completed and (
            contacts.kind in ('call', 'meeting', 'presentation') or coalesce(contacts.direction, 'out') = 'out'
        ) as is_response,
        case when contacts.object = 'deal' then contacts.object_id end as deal_id,
        case when contacts.object = 'lead' then contacts.object_id else deals.lead_id end as lead_id,
        coalesce(contacts.customer_id, case when contacts.object = 'customer' then contacts.object_id end) as customer_id,
        -- whose it is: of the deal or lead that it was about, else of the customer, else of whoever has the number
        case
            when contacts.object = 'deal' then concat('d:', contacts.object_id)
            when contacts.object = 'lead' then concat('l:', contacts.object_id)
            when contacts.customer_id is null and contacts.object = 'customer' then concat('c:', contacts.object_id)
            else coalesce('c:' || contacts.customer_id, phones.identifier)
        end as identifier,
        phones.identifier as phone_identifier,
        contacts.employee_id
    from contacts
    left join deals on case when contacts.object = 'deal' then contacts.object_id end = deals.deal_id
    left join {{ ref('int_contact_values') }} as phones on phones.kind = 'phone' and contacts.phone = phones.cell and phones.contact_no = 1
)

select
    told.contact_id,
    told.kind,
    told.direction,
    told.occurred_at,
    told.ended_at,
    told.is_completed,
    told.has_outcome,
    told.is_response,
    told.deal_id,
    told.lead_id,
    told.customer_id,
    people.customer_key,
    told.phone_identifier,
    told.employee_id
from told
left join {{ ref('int_identity_owners') }} as people on told.identifier = people.identifier
