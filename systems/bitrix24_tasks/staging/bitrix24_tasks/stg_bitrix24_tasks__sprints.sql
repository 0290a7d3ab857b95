-- Grain: sprint_id.
-- One sprint of a Scrum group that has its days, named by the group as its tasks are.
with sprints as (
    select * from {{ ref('base_bitrix24_tasks__scrum_sprint') }}
    where row_status = 'accepted' and starts_at is not null and ends_at >= starts_at
),

named_groups as (
    select
        group_id,
        group_name,
        row_number() over (partition by group_id order by coalesce(changed_at, created_at) desc, task_id desc) as row_no
    from {{ ref('base_bitrix24_tasks__tasks_task') }}
    where row_status = 'accepted' and group_id is not null and group_name is not null
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    sprints.sprint_id,
    coalesce(named_groups.group_name, sprints.group_id) as project,
    sprints.name,
    {{ local_date('sprints.starts_at') }} as starts_on,
    {{ local_date('sprints.ends_at') }} as ends_on,
    sprints.loaded_at,
    sprints.row_status
from sprints
left join named_groups on sprints.group_id = named_groups.group_id and named_groups.row_no = 1
