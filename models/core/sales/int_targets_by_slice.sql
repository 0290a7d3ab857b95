-- Grain: kpi_id, date_day, dimension, dimension_key.
-- One KPI, day and slice (a manager, a team, the whole) with the day's part of the target that counts there: the slice's own, else what
-- the targets of a team's managers, or of all teams, come to.  Whoever has no team is in the team of the unknown.
with targets as (
    select
        daily.*,
        {{ known('employees.team') }} as employee_team
    from {{ ref('int_targets_daily') }} as daily
    left join {{ ref('dim_employees') }} as employees on daily.employee_id = employees.employee_id
),

of_managers as (
    select * from targets where employee_id is not null
),

of_teams as (
    select * from targets where employee_id is null and team is not null
),

of_the_whole as (
    select * from targets where employee_id is null and team is null
),

teams as (
    select kpi_id, date_day, team, day_value, period_value, true as is_own from of_teams
    union all
    select managers.kpi_id, managers.date_day, managers.employee_team, sum(managers.day_value), null, false
    from of_managers as managers
    left join of_teams as own
        on managers.kpi_id = own.kpi_id and managers.date_day = own.date_day and managers.employee_team = own.team
    where own.kpi_id is null
    group by managers.kpi_id, managers.date_day, managers.employee_team
)

select kpi_id, date_day, 'manager' as dimension, employee_id as dimension_key, day_value, period_value, true as is_own from of_managers
union all
select kpi_id, date_day, 'team', team, day_value, period_value, is_own from teams
union all
select kpi_id, date_day, 'all', 'all', day_value, period_value, true from of_the_whole
union all
select teams.kpi_id, teams.date_day, 'all', 'all', sum(teams.day_value), null, false
from teams
left join of_the_whole as own on teams.kpi_id = own.kpi_id and teams.date_day = own.date_day
where own.kpi_id is null
group by teams.kpi_id, teams.date_day
