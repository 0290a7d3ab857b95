-- Grain: _raw_file, _raw_row; of accepted rows activity_id.
-- One version of a task, accepted or superseded; its type tells a call or a meeting that was arranged.
with tasks as (
    select
        *,
        case type_id
            {%- for type_id, kind in var('amocrm_task_kinds').items() %}
            when '{{ type_id }}' then '{{ kind }}'
            {%- endfor %}
            else 'task'
        end as kind
    from {{ ref('base_amocrm__tasks') }}
    where row_status in ('accepted', 'superseded')
),

paths as (
    select * from {{ ref('base_amocrm__lead_paths') }}
)

select
    'amocrm' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    tasks.task_id as activity_id,
    tasks.kind,
    cast(null as {{ dbt.type_string() }}) as direction,
    tasks.created_at,
    -- a meeting is set down for the moment of its deadline, unless it was done before
    case
        when tasks.kind = 'meeting' and tasks.is_completed and tasks.updated_at < tasks.deadline_at then tasks.updated_at
        when tasks.kind = 'meeting' then tasks.deadline_at
    end as started_at,
    -- nothing else tells when it was done
    case when tasks.is_completed then tasks.updated_at end as ended_at,
    case when tasks.is_completed then 'completed' else 'planned' end as status,
    tasks.outcome,
    {{ amocrm_owner('tasks') }},
    tasks.employee_id,
    tasks.deadline_at,
    tasks.loaded_at,
    tasks._raw_file,
    tasks._raw_row,
    tasks.row_status
from tasks
left join paths on tasks.entity_type = 'leads' and tasks.entity_id = paths.lead_id
