-- Grain: activity_id.
-- One task; its type tells a call or a meeting that was arranged.
with tasks as (
    select * from {{ ref('base_amocrm__tasks') }} where row_status = 'accepted'
),

paths as (
    select * from {{ ref('base_amocrm__lead_paths') }}
)

select
    'amocrm' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    tasks.task_id as activity_id,
    case tasks.type_id
        {%- for type_id, kind in var('amocrm_task_kinds').items() %}
        when '{{ type_id }}' then '{{ kind }}'
        {%- endfor %}
        else 'task'
    end as kind,
    cast(null as {{ dbt.type_string() }}) as direction,
    tasks.created_at,
    cast(null as timestamp) as started_at,
    -- nothing else tells when it was done
    case when tasks.is_completed then tasks.updated_at end as ended_at,
    case when tasks.is_completed then 'completed' else 'planned' end as status,
    tasks.outcome,
    {{ amocrm_owner('tasks') }},
    tasks.employee_id,
    tasks.deadline_at,
    tasks.loaded_at,
    'accepted' as row_status
from tasks
left join paths on tasks.entity_type = 'leads' and tasks.entity_id = paths.lead_id
