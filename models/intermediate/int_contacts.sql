-- Grain: one contact with a lead, a deal or a customer: a call, or any other activity that took place before the as-of day.
with activities as (
    select * from {{ ref('activities') }}
),

calls as (
    select * from {{ ref('calls') }}
),

deals as (
    select deal_id, lead_id from {{ ref('deals') }}
),

all_contacts as (
    select
        concat('call:', call_id) as contact_id,
        'call' as kind,
        direction,
        started_at as occurred_at,
        coalesce(is_answered, talk_seconds > 0) as is_completed,
        outcome,
        object,
        object_id,
        customer_id,
        phone,
        employee_id
    from calls
    union all
    select
        concat('activity:', activity_id),
        kind,
        direction,
        coalesce(started_at, created_at),
        coalesce(status, 'completed') = 'completed',
        outcome,
        object,
        object_id,
        customer_id,
        null,
        employee_id
    from activities
    where kind <> 'task'
)

select
    contacts.contact_id,
    contacts.kind,
    contacts.direction,
    contacts.occurred_at,
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
        else {{ identifier_of('contacts.customer_id', normal_phone('contacts.phone')) }}
    end as identifier,
    contacts.employee_id
from all_contacts as contacts
left join deals on case when contacts.object = 'deal' then contacts.object_id end = deals.deal_id
where contacts.occurred_at < {{ cutoff() }}
