-- Grain: activity_key.
-- One activity of the CRM, call or quote that took place before the as-of day, or meeting that was arranged before it, with the team of its
-- manager and the channel of its lead or deal.  A message that begins a conversation in writing, to which the other side wrote too, is marked.
with activities as (
    select
        *,
        -- a meeting counts on the day it was arranged, the rest when it took place
        case when kind = 'meeting' then created_at else occurred_at end as counted_at,
        case when object = 'lead' then object_id end as lead_id,
        case when object = 'deal' then object_id end as deal_id
    from {{ ref('int_activities') }}
)

select
    activities.activity_key,
    activities.kind,
    activities.direction,
    activities.status,
    activities.is_completed,
    coalesce(chats.is_first and chats.is_two_way, false) as starts_chat,
    activities.created_at,
    activities.occurred_at,
    {{ local_date('activities.counted_at') }} as counted_on,
    activities.lead_id,
    activities.deal_id,
    contacts.customer_key,
    activities.employee_id,
    {{ known('employees.employee_name') }} as manager_name,
    {{ known('employees.team') }} as team,
    {{ known('coalesce(leads.channel, deals.channel)') }} as channel,
    activities.talk_seconds,
    activities.wait_seconds
from activities
left join {{ ref('int_contacts') }} as contacts on activities.activity_key = contacts.contact_id
left join {{ ref('int_chats') }} as chats on activities.activity_key = chats.activity_key
left join {{ ref('fct_leads') }} as leads on activities.lead_id = leads.lead_id
left join {{ ref('fct_deals') }} as deals on activities.deal_id = deals.deal_id
left join {{ ref('dim_employees') }} as employees on activities.employee_id = employees.employee_id
where activities.counted_at < {{ cutoff() }}
