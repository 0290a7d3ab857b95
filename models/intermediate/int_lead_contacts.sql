-- Grain: one lead that has been answered, with the times of its first and second contact.
with contacts as (
    select
        leads.lead_id,
        contacts.occurred_at,
        contacts.has_outcome,
        row_number() over (partition by leads.lead_id order by contacts.occurred_at, contacts.contact_id) as place,
        min(contacts.occurred_at) over (partition by leads.lead_id) as first_contact_at
    from {{ ref('leads') }} as leads
    inner join {{ ref('int_contacts') }} as contacts on leads.lead_id = contacts.lead_id
    where contacts.is_response and contacts.occurred_at >= leads.created_at
)

select
    lead_id,
    min(first_contact_at) as first_contact_at,
    min(case when place = 2 then occurred_at end) as second_contact_at,
    count(*) as contacts,
    max(case
        when place > 1 and has_outcome and occurred_at <= {{ add_seconds('first_contact_at', var('follow_up_hours') * 3600) }} then 1 else 0
    end) = 1 as has_quality_follow_up
from contacts
group by lead_id
