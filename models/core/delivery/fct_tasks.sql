-- Grain: source_system, task_id.
-- One task created before the as-of day, as known on it.
with tasks as (
    select * from {{ ref('tasks') }} where created_at < {{ cutoff() }}
),

stays as (
    select
        task_id,
        status_class,
        entered_at,
        lead(entered_at) over (partition by task_id order by entered_at, case status_class when 'done' then 1 else 0 end, status) as left_at
    from {{ ref('task_status_changes') }}
    where entered_at < {{ cutoff() }}
),

histories as (
    select
        task_id,
        min(case when status_class = 'active' then entered_at end) as first_active_at,
        max(case when status_class = 'done' and left_at is null then entered_at end) as last_done_at
    from stays
    group by task_id
),

dated as (
    select
        tasks.*,
        histories.task_id is not null as has_history,
        case when tasks.started_at < {{ cutoff() }} then tasks.started_at else histories.first_active_at end as started_at_known,
        case when tasks.done_at < {{ cutoff() }} then tasks.done_at else histories.last_done_at end as done_at_known
    from tasks
    left join histories on tasks.task_id = histories.task_id
),

-- the parts of active stays that lie between start and end
worked as (
    select
        dated.task_id,
        sum(greatest({{ seconds_between(
            'greatest(stays.entered_at, dated.started_at_known)',
            'least(coalesce(stays.left_at, dated.done_at_known), dated.done_at_known)'
        ) }}, 0)) as active_seconds
    from dated
    inner join stays on dated.task_id = stays.task_id
    where stays.status_class = 'active'
    group by dated.task_id
)

select
    dated.task_id,
    dated.source_system,
    dated.project,
    dated.sprint_id,
    dated.kind,
    dated.points,
    dated.employee_id,
    {{ known('employees.team') }} as team,
    dated.created_at,
    {{ local_date('dated.created_at') }} as created_on,
    dated.started_at_known as started_at,
    dated.done_at_known as done_at,
    {{ local_date('dated.done_at_known') }} as done_on,
    case
        when dated.has_history and dated.done_at_known > dated.started_at_known then coalesce(worked.active_seconds, 0) / 3600.0
    end as active_hours,
    case
        when dated.has_history and dated.done_at_known > dated.started_at_known
            then {{ seconds_between('dated.started_at_known', 'dated.done_at_known') }} / 3600.0
    end as flow_hours
from dated
left join worked on dated.task_id = worked.task_id
left join {{ ref('dim_employees') }} as employees on dated.employee_id = employees.employee_id
