-- Grain: task_id, entered_at, status.
-- One entry of a task into a status: that in which it was made, and those into which it was moved. Of several at one moment the last one counts, for
-- the task left the others at once.
with tasks as (
    select * from {{ ref('base_bitrix24_tasks__tasks_task') }} where row_status = 'accepted'
),

changes as (
    select
        changes.*,
        row_number() over (partition by task_id order by changed_at, length(change_id), change_id) as row_no
    from {{ ref('base_bitrix24_tasks__tasks_history') }} as changes
    where changes.row_status = 'accepted'
),

-- a task without a history has been in its status since it was last changed
entries as (
    select
        tasks.task_id,
        case when first_changes.task_id is not null then first_changes.from_status else tasks.status end as status_id,
        case when first_changes.task_id is not null then tasks.created_at else coalesce(tasks.status_changed_at, tasks.created_at) end as entered_at,
        0 as row_no,
        tasks.loaded_at
    from tasks
    left join changes as first_changes on tasks.task_id = first_changes.task_id and first_changes.row_no = 1
    union all
    select
        changes.task_id,
        changes.to_status,
        changes.changed_at,
        changes.row_no,
        changes.loaded_at
    from changes
    inner join tasks on changes.task_id = tasks.task_id
),

stays as (
    select
        entries.*,
        row_number() over (partition by task_id, entered_at order by row_no desc) as place_from_last
    from entries
    where status_id is not null
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    task_id,
    case status_id
        {%- for id, (name, class) in var('bitrix24_task_statuses').items() %}
        when '{{ id }}' then '{{ name }}'
        {%- endfor %}
        else status_id
    end as status,
    case status_id
        {%- for id, (name, class) in var('bitrix24_task_statuses').items() %}
        when '{{ id }}' then '{{ class }}'
        {%- endfor %}
    end as status_class,
    entered_at,
    loaded_at,
    'accepted' as row_status
from stays
where place_from_last = 1
