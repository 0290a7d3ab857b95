-- Grain: activity_id.
-- One meeting, e-mail, task or message of another channel.
with engagements as (
    select
        engagements.*,
        owners.customer_id,
        owners.object,
        owners.object_id,
        coalesce(engagements.meeting_outcome, engagements.email_status, engagements.task_status) as told_status
    from {{ ref('base_hubspot__engagements') }} as engagements
    inner join {{ ref('base_hubspot__engagement_owners') }} as owners
        on engagements.type = owners.type and engagements.engagement_id = owners.engagement_id
    where engagements.row_status = 'accepted' and engagements.type <> 'calls'
)

select
    'hubspot' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    type || '_' || engagement_id as activity_id,
    case
        when type = 'meetings' then 'meeting'
        when type = 'emails' then 'email'
        {%- for task_type, kind in var('hubspot_task_kinds').items() %}
        when type = 'tasks' and task_type = '{{ task_type }}' then '{{ kind }}'
        {%- endfor %}
        when type = 'tasks' then 'task'
        {%- for channel, kind in var('hubspot_message_kinds').items() %}
        when message_channel = '{{ channel }}' then '{{ kind }}'
        {%- endfor %}
        else 'message'
    end as kind,
    case when email_direction = 'INCOMING_EMAIL' then 'in' when email_direction is not null then 'out' end as direction,
    created_at,
    case when type <> 'tasks' then coalesce(starts_at, happened_at) end as started_at,
    coalesce(ends_at, case when task_status = 'COMPLETED' then coalesce(completed_at, updated_at) end) as ended_at,
    case told_status
        {%- for word, status in var('hubspot_activity_statuses').items() %}
        when '{{ word }}' then '{{ status }}'
        {%- endfor %}
    end as status,
    told_status as outcome,
    object,
    object_id,
    customer_id,
    employee_id,
    case when type = 'tasks' then happened_at end as deadline_at,
    loaded_at,
    'accepted' as row_status
from engagements
