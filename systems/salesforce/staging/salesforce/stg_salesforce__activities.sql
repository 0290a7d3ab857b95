-- Grain: activity_id.
-- One event of a calendar, or one task that is no call that was made: those are calls.
{% set kinds = var('salesforce_activity_kinds') -%}
with activities as (
    select
        event_id as activity_id,
        case type
            {%- for word, kind in kinds.items() %}
            when '{{ word }}' then '{{ kind }}'
            {%- endfor %}
            else 'meeting'
        end as kind,
        created_at,
        started_at,
        ended_at,
        -- nothing else tells whether it took place
        case when coalesce(ended_at, started_at) < {{ cutoff() }} then 'completed' else 'planned' end as status,
        cast(null as {{ dbt.type_string() }}) as outcome,
        started_at as deadline_at,
        who_id,
        what_id,
        account_id,
        owner_id,
        loaded_at
    from {{ ref('base_salesforce__event') }}
    where row_status = 'accepted' and not coalesce(is_child, false) and not coalesce(is_recurrence, false)
    union all
    select
        task_id,
        case coalesce(type, subtype)
            {%- for word, kind in kinds.items() %}
            when '{{ word }}' then '{{ kind }}'
            {%- endfor %}
            else 'task'
        end,
        created_at,
        null,
        case when is_closed then coalesce(completed_at, updated_at) end,
        case when is_closed then 'completed' else 'planned' end,
        outcome,
        {{ local_to_utc('cast(due_on as timestamp)') }},
        who_id,
        what_id,
        account_id,
        owner_id,
        loaded_at
    from {{ ref('base_salesforce__task') }}
    where
        row_status = 'accepted' and not coalesce(is_recurrence, false)
        and not ({{ salesforce_is_call() }} and coalesce(is_closed, false))
)

select
    'salesforce' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    activity_id,
    kind,
    -- a letter that is written down is one that was sent
    case when kind = 'email' then 'out' end as direction,
    created_at,
    started_at,
    ended_at,
    status,
    outcome,
    {{ salesforce_owner() }},
    {{ salesforce_employee() }} as employee_id,
    deadline_at,
    loaded_at,
    'accepted' as row_status
from activities
