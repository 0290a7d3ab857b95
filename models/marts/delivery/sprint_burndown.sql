-- Grain: sprint, event_date.
-- One sprint and day of it before the as-of day: what is left at the day's end against the straight line from the sprint's whole to
-- nothing.
with tasks as (
    select * from {{ ref('sprint_tasks') }}
),

totals as (
    select sprint_id, project, starts_on, ends_on, sum(points) as points_total, count(*) as tasks_total
    from tasks
    group by sprint_id, project, starts_on, ends_on
),

days as (
    select
        totals.*,
        days.date_day,
        1 + cast(
            {{ dbt.datediff('totals.starts_on', 'days.date_day', 'day') }} as bigint
        ) as day_no,
        1 + cast(
            {{ dbt.datediff('totals.starts_on', 'totals.ends_on', 'day') }} as bigint
        ) as days_total
    from totals
    inner join {{ ref('dim_date') }} as days
        on days.date_day between totals.starts_on and totals.ends_on and days.date_day < {{ as_of() }}
),

counted as (
    select
        days.sprint_id,
        days.date_day,
        sum(case when tasks.entered_on <= days.date_day and coalesce(tasks.done_on > days.date_day, true) then tasks.points else 0 end)
            as points_left,
        sum({{ flag('tasks.entered_on <= days.date_day and coalesce(tasks.done_on > days.date_day, true)') }}) as tasks_left,
        sum(case when tasks.done_on = days.date_day then tasks.points else 0 end) as points_done,
        sum(case when tasks.done_on <= days.date_day then tasks.points else 0 end) as points_done_so_far
    from days
    inner join tasks on days.sprint_id = tasks.sprint_id
    group by days.sprint_id, days.date_day
)

select
    days.date_day as event_date,
    days.sprint_id as sprint,
    days.project,
    days.day_no,
    days.days_total,
    days.points_total,
    counted.points_left,
    days.points_total * (days.days_total - days.day_no) / days.days_total as ideal_points_left,
    counted.points_done,
    cast(counted.tasks_left as bigint) as tasks_left,
    {{ ratio('counted.points_done_so_far', 'days.day_no') }} as burn_rate
from days
inner join counted on days.sprint_id = counted.sprint_id and days.date_day = counted.date_day
