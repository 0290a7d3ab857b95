-- Grain: task_id.
-- One task of Bitrix24; when it was begun and done is told by its statuses.
with tasks as (
    select
        *,
        -- a group is named as by its task that was changed last
        first_value(group_name) over (
            partition by group_id
            order by case when group_name is null then 1 else 0 end, coalesce(changed_at, created_at) desc, task_id desc
        ) as project_name
    from {{ ref('base_bitrix24_tasks__tasks_task') }}
    where row_status = 'accepted'
),

points as (
    select
        task_id,
        points
    from {{ ref('base_bitrix24_tasks__scrum_task') }}
    where row_status = 'accepted'
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    tasks.task_id,
    case when tasks.group_id is not null then coalesce(tasks.project_name, tasks.group_id) end as project,
    tasks.sprint_id,
    case
        {%- for tag, kind in var('bitrix24_task_kinds').items() %}
        when lower(tasks.tags) like '%"{{ tag }}"%' then '{{ kind }}'
        {%- endfor %}
        else 'task'
    end as kind,
    points.points,
    tasks.created_at,
    cast(null as {{ dbt.type_timestamp() }}) as started_at,
    cast(null as {{ dbt.type_timestamp() }}) as done_at,
    tasks.employee_id,
    tasks.loaded_at,
    tasks.row_status,
    tasks.row_problem
from tasks
left join points on tasks.task_id = points.task_id
