-- Grain: event_id.
-- One call, e-mail, meeting, message or other activity of a manager, or one quote sent, on its day: a meeting on the day it was
-- arranged, the rest when it took place.
with activities as (
    select
        *,
        case when kind = 'meeting' then created_at else occurred_at end as counted_at,
        kind = 'call' and is_completed and talk_seconds >= {{ var('conversation_seconds') }} as is_call_conversation
    from {{ ref('int_activities') }}
),

chats as (
    select * from {{ ref('int_chats') }}
)

select
    {{ local_date('activities.counted_at') }} as event_date,
    activities.activity_key as event_id,
    activities.kind,
    {{ known('activities.employee_id') }} as manager,
    {{ known('employees.employee_name') }} as manager_name,
    {{ known('employees.team') }} as team,
    {{ known('coalesce(leads.channel, deals.channel)') }} as channel,
    {{ known('activities.direction') }} as direction,
    {{ flag("kind = 'call' and activities.status <> 'planned'") }} as calls_count,
    {{ flag("is_call_conversation") }} as call_conversations,
    {{ flag("is_call_conversation or (chats.is_first and chats.is_two_way)") }} as conversations_count,
    {{ flag("kind = 'email' and direction = 'out' and is_completed") }} as emails_count,
    {{ flag("kind = 'meeting'") }} as meetings_scheduled,
    {{ flag("kind = 'meeting' and activities.status in ('accepted', 'completed')") }} as meetings_accepted,
    {{ flag("kind = 'meeting' and is_completed") }} as meetings_held,
    {{ flag("kind = 'presentation' and is_completed") }} as presentations_count,
    {{ flag("kind = 'proposal'") }} as proposals_count,
    {{ flag("kind = 'referral_request' and is_completed") }} as referral_requests,
    {{ flag("kind = 'social' and is_completed") }} as social_engagements,
    -- what nobody told of a call is empty
    activities.talk_seconds / 60.0 as talk_minutes,
    activities.wait_seconds,
    {{ flag('activities.wait_seconds is not null') }} as calls_with_wait
from activities
left join {{ ref('fct_leads') }} as leads on case when activities.object = 'lead' then activities.object_id end = leads.lead_id
left join {{ ref('fct_deals') }} as deals on case when activities.object = 'deal' then activities.object_id end = deals.deal_id
left join {{ ref('dim_employees') }} as employees on activities.employee_id = employees.employee_id
left join chats on activities.activity_key = chats.activity_key
where activities.counted_at < {{ cutoff() }}
