-- Grain: one owner of a plan (manager, team, or the whole) and one day, with the day's part of the plan of the won amount.  Where managers
-- have plans on a day, theirs make up the whole; else the teams'; else the whole's own.
with plans as (
    select * from {{ ref('int_targets_daily') }} where kpi_id in ('{{ var("quota_kpi") }}', 'revenue')
),

-- plans of revenue stand in where nobody has planned the won amount
chosen as (
    select *
    from plans
    where kpi_id = case
        when (select count(*) from plans as won where won.kpi_id = '{{ var("quota_kpi") }}') > 0 then '{{ var("quota_kpi") }}' else 'revenue'
    end
),

levelled as (
    select
        chosen.*,
        employees.team as employee_team,
        case when chosen.employee_id is not null then 1 when chosen.team is not null then 2 else 3 end as owner_level,
        min(case when chosen.employee_id is not null then 1 when chosen.team is not null then 2 else 3 end) over (
            partition by chosen.date_day
        ) as finest_level
    from chosen
    left join {{ ref('dim_employees') }} as employees on chosen.employee_id = employees.employee_id
)

select
    date_day as event_date,
    {{ known('employee_id') }} as manager,
    {{ known('coalesce(employee_team, team)') }} as team,
    day_value as quota_amount
from levelled
where owner_level = finest_level
