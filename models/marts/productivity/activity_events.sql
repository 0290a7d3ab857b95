-- Grain: event_id.
-- One call, e-mail, meeting, message or other activity of a manager, or one quote sent, on its day: a meeting on the day it was
-- arranged (held_on is the day on which it was held), the rest when it took place.
with activities as (
    select
        *,
        kind = 'call' and status <> 'planned' as is_call,
        kind = 'call' and is_completed and talk_seconds >= {{ var('conversation_seconds') }} as is_call_conversation,
        {{ utc_to_local('occurred_at') }} as occurred_at_local
    from {{ ref('fct_activities') }}
)

select
    counted_on as event_date,
    activity_key as event_id,
    kind,
    {{ known('employee_id') }} as manager,
    manager_name,
    team,
    channel,
    {{ known('direction') }} as direction,
    case
        -- of a call that is told by its day alone nobody knows the hour
        when is_call and occurred_at <> {{ start_of_told_day('occurred_at') }} then '{{ var("unknown_member") }}'
        when is_call then right({{ as_text('100 + extract(hour from occurred_at_local)') }}, 2)
    end as call_hour,
    case when is_call then {{ as_text(iso_weekday('counted_on')) }} end as call_weekday,
    {{ flag("is_call") }} as calls_count,
    -- of a call of which nobody told whether it was answered neither is known
    {{ flag("is_call and direction = 'in' and is_completed is not null") }} as incoming_calls,
    {{ flag("is_call and direction = 'in' and not is_completed") }} as missed_calls,
    {{ flag("is_call_conversation") }} as call_conversations,
    {{ flag("is_call_conversation or starts_chat") }} as conversations_count,
    {{ flag("kind = 'email' and direction = 'out' and is_completed") }} as emails_count,
    {{ flag("kind = 'meeting'") }} as meetings_scheduled,
    {{ flag("kind = 'meeting' and status in ('accepted', 'completed')") }} as meetings_accepted,
    {{ flag("kind = 'meeting' and status = 'planned' and occurred_at >= " ~ cutoff()) }} as meetings_to_answer,
    {{ flag("kind = 'meeting' and is_completed") }} as meetings_held,
    case
        when kind = 'meeting' and is_completed
            then least({{ local_date('occurred_at') }}, cast({{ dbt.dateadd('day', -1, as_of()) }} as date))
    end as held_on,
    {{ flag("kind = 'presentation' and is_completed") }} as presentations_count,
    {{ flag("kind = 'proposal'") }} as proposals_count,
    {{ flag("kind = 'referral_request' and is_completed") }} as referral_requests,
    {{ flag("kind = 'social' and is_completed") }} as social_engagements,
    -- what nobody told of a call is empty
    talk_seconds / cast(60 as double) as talk_minutes,
    -- who waits is the caller; exchanges tell a wait of nought of outgoing calls
    case when direction = 'in' then wait_seconds end as wait_seconds,
    {{ flag("direction = 'in' and wait_seconds is not null") }} as calls_with_wait
from activities
