-- Grain: task_id.
-- One finished task, on the day it was done.  A task without a start, an end or a history of statuses has no hours.
select
    done_on as event_date,
    task_id,
    {{ known('project') }} as project,
    {{ known('employee_id') }} as manager,
    team,
    {{ known('kind') }} as kind,
    1 as tasks_done,
    {{ flag('flow_hours > 0') }} as tasks_timed,
    active_hours,
    flow_hours
from {{ ref('fct_tasks') }}
where done_on is not null
