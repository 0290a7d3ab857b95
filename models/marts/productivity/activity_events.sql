-- Grain: one call, e-mail, meeting, message or other activity of a manager, or one quote sent, on its day: a meeting on the day it was
-- arranged, the rest when it took place.  Messages to and fro with the same person on one day are one conversation, counted on the first.
with activities as (
    select
        *,
        -- a meeting that is still ahead has not been held, whatever its record says by now
        case
            when kind = 'meeting' and started_at >= {{ cutoff() }} and coalesce(status, 'completed') = 'completed' then 'planned'
            else coalesce(status, 'completed')
        end as known_status
    from {{ ref('activities') }}
),

calls as (
    select * from {{ ref('calls') }}
),

quotes as (
    select * from {{ ref('quotes') }}
),

events as (
    select
        concat('activity:', activity_id) as event_id,
        case when kind = 'meeting' then created_at else coalesce(started_at, created_at) end as occurred_at,
        kind,
        direction,
        known_status as status,
        employee_id,
        object,
        object_id,
        coalesce(object_id, customer_id) as partner_id,
        -- a call that only the CRM knows lasted as long as its entry says
        case when kind = 'call' and known_status = 'completed' then {{ seconds_between('started_at', 'ended_at') }} end
            as talk_seconds,
        cast(null as double) as wait_seconds,
        kind = 'call' and known_status = 'completed' as is_answered
    from activities
    union all
    select
        concat('call:', call_id), started_at, 'call', direction, 'completed', employee_id, object, object_id,
        coalesce(object_id, customer_id), talk_seconds, wait_seconds, coalesce(is_answered, talk_seconds > 0)
    from calls
    union all
    select concat('quote:', quote_id), sent_at, 'proposal', 'out', 'completed', employee_id, 'deal', deal_id, deal_id as partner_id, null, null, null
    from quotes
    where sent_at is not null
),

traced as (
    select
        events.*,
        coalesce(leads.channel, deals.channel) as channel
    from events
    left join {{ ref('fct_leads') }} as leads on case when events.object = 'lead' then events.object_id end = leads.lead_id
    left join {{ ref('fct_deals') }} as deals on case when events.object = 'deal' then events.object_id end = deals.deal_id
    where events.occurred_at < {{ cutoff() }}
),

messages as (
    select
        event_id,
        occurred_at,
        direction,
        concat(
            coalesce(object, ''), ' ', partner_id, ' ', coalesce(employee_id, ''), ' ',
            cast({{ local_date('occurred_at') }} as {{ dbt.type_string() }})
        ) as chat
    from traced
    where kind in ('message', 'social') and status = 'completed' and partner_id is not null and direction in ('in', 'out')
),

chats as (
    select
        event_id,
        row_number() over (partition by chat order by occurred_at, event_id) = 1 as is_first,
        min(direction) over (partition by chat) = 'in' and max(direction) over (partition by chat) = 'out' as is_two_way
    from messages
)

select
    {{ local_date('traced.occurred_at') }} as event_date,
    traced.event_id,
    traced.kind,
    {{ known('traced.employee_id') }} as manager,
    {{ known('employees.team') }} as team,
    {{ known('traced.channel') }} as channel,
    {{ known('traced.direction') }} as direction,
    {{ flag("kind = 'call' and status <> 'planned'") }} as calls_count,
    {{ flag("(kind = 'call' and is_answered and talk_seconds >= " ~ var('conversation_seconds') ~ ")") }} as call_conversations,
    {{ flag("(kind = 'call' and is_answered and talk_seconds >= " ~ var('conversation_seconds') ~ ") or (chats.is_first and chats.is_two_way)") }}
        as conversations_count,
    {{ flag("kind = 'email' and direction = 'out' and status = 'completed'") }} as emails_count,
    {{ flag("kind = 'meeting'") }} as meetings_scheduled,
    {{ flag("kind = 'meeting' and status in ('accepted', 'completed')") }} as meetings_accepted,
    {{ flag("kind = 'meeting' and status = 'completed'") }} as meetings_held,
    {{ flag("kind = 'presentation' and status = 'completed'") }} as presentations_count,
    {{ flag("kind = 'proposal'") }} as proposals_count,
    {{ flag("kind = 'referral_request' and status = 'completed'") }} as referral_requests,
    {{ flag("kind = 'social' and status = 'completed'") }} as social_engagements,
    coalesce(traced.talk_seconds, 0) / 60.0 as talk_minutes,
    coalesce(traced.wait_seconds, 0) as wait_seconds
from traced
left join {{ ref('dim_employees') }} as employees on traced.employee_id = employees.employee_id
left join chats on traced.event_id = chats.event_id
