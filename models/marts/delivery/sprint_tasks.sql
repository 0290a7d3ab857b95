-- Grain: sprint_id, task_id.
-- One task that counts in a sprint: one that was there to be done in it.  In a sprint without any points, each task counts as one;
-- beside tasks with points, a task without them counts as nothing.
with tasks as (
    select * from {{ ref('fct_tasks') }}
),

sprints as (
    select * from {{ ref('dim_sprints') }} where starts_on < {{ as_of() }}
),

pointed as (
    select sprint_id, max({{ flag('points is not null') }}) as has_points from tasks where sprint_id is not null group by sprint_id
),

placed as (
    select
        sprints.sprint_id,
        sprints.project,
        sprints.starts_on,
        sprints.ends_on,
        tasks.task_id,
        tasks.team,
        case when pointed.has_points = 1 then coalesce(tasks.points, 0) else 1 end as points,
        -- nobody knows when a task came into the sprint: at its beginning, if it was there by then
        greatest(tasks.created_on, sprints.starts_on) as entered_on,
        case when tasks.done_on <= sprints.ends_on then tasks.done_on end as done_on,
        tasks.done_on as ever_done_on
    from tasks
    inner join sprints on tasks.sprint_id = sprints.sprint_id
    inner join pointed on tasks.sprint_id = pointed.sprint_id
)

select
    sprint_id,
    project,
    starts_on,
    ends_on,
    task_id,
    team,
    cast(points as double) as points,
    entered_on,
    done_on
from placed
where entered_on <= ends_on and coalesce(ever_done_on, entered_on) >= entered_on
