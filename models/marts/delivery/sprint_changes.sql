-- Grain: sprint, task_id, event.
-- One change of what is left to do in a sprint: a task comes in (plus), is done, or is left over when the sprint is past (minus).
with tasks as (
    select
        *,
        cast({{ dbt.dateadd('day', 1, 'ends_on') }} as date) as past_on
    from {{ ref('sprint_tasks') }}
),

changes as (
    select entered_on as event_date, 'in' as event, sprint_id, project, team, task_id, 1 as tasks_left, points as points_left from tasks
    union all
    select done_on, 'done', sprint_id, project, team, task_id, -1, -points from tasks where done_on is not null
    union all
    select past_on, 'left over', sprint_id, project, team, task_id, -1, -points
    from tasks
    where done_on is null and past_on < {{ as_of() }}
)

select
    event_date,
    event,
    sprint_id as sprint,
    project,
    team,
    task_id,
    tasks_left,
    points_left
from changes
