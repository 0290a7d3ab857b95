-- Grain: sprint, team, event_date.
-- One sprint, team that has a task in it (or a bug on its days) and day of the sprint before the as-of day.  A sprint's bugs stand
-- on its last day.
with sprints as (
    select * from {{ ref('dim_sprints') }}
),

tasks as (
    select * from {{ ref('sprint_tasks') }}
),

-- a bug counts once: in its own sprint, if that ran when it was found, else in the sprint of its project that did
found as (
    select
        sprints.sprint_id,
        bugs.team,
        row_number() over (
            partition by bugs.task_id
            order by case when bugs.sprint_id = sprints.sprint_id then 0 else 1 end, sprints.ends_on, sprints.sprint_id
        ) as row_no
    from {{ ref('fct_tasks') }} as bugs
    inner join sprints
        on bugs.created_on between sprints.starts_on and sprints.ends_on
        and (bugs.sprint_id = sprints.sprint_id or {{ known('bugs.project') }} = sprints.project)
    where bugs.kind = 'bug'
),

bugs as (
    select sprint_id, team, count(*) as bugs from found where row_no = 1 group by sprint_id, team
),

done as (
    select sprint_id, team, done_on, sum(points) as points from tasks where done_on is not null group by sprint_id, team, done_on
),

members as (
    select sprint_id, team from tasks
    union
    select sprint_id, team from bugs
),

days as (
    select
        days.date_day as event_date,
        sprints.sprint_id,
        sprints.project,
        {{ known('members.team') }} as team,
        days.date_day = sprints.ends_on as is_last_day
    from sprints
    left join members on sprints.sprint_id = members.sprint_id
    inner join {{ ref('dim_date') }} as days on days.date_day between sprints.starts_on and sprints.ends_on and days.date_day < {{ as_of() }}
)

select
    days.event_date,
    days.sprint_id as sprint,
    days.project,
    days.team,
    concat(days.sprint_id, ' ', cast(days.event_date as {{ dbt.type_string() }})) as sprint_day,
    case when days.is_last_day then days.sprint_id end as ended_sprint,
    coalesce(done.points, 0) as points_done,
    case when days.is_last_day then coalesce(bugs.bugs, 0) else 0 end as sprint_bugs
from days
left join done on days.sprint_id = done.sprint_id and days.team = done.team and days.event_date = done.done_on
left join bugs on days.sprint_id = bugs.sprint_id and days.team = bugs.team
