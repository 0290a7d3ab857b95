-- Grain: kpi_id, date_day, dimension, dimension_key.
-- One KPI, day and slice (a manager, a team, a channel, a product, the whole) with the day's part of the target that counts there: the slice's own,
-- else what the targets of a team's managers come to, and for the whole those of all teams, else of all channels, else of all products.
-- Whoever has no team is in the team of the unknown.
with owned as (
    select
        daily.kpi_id,
        daily.date_day,
        case
            when daily.employee_id is not null then 'manager'
            when daily.team is not null then 'team'
            when daily.channel is not null then 'channel'
            when daily.product_id is not null then 'product'
            else 'all'
        end as dimension,
        coalesce(daily.employee_id, daily.team, daily.channel, daily.product_id, 'all') as dimension_key,
        daily.day_value,
        daily.period_value,
        {{ known('employees.team') }} as employee_team
    from {{ ref('int_targets_daily') }} as daily
    left join {{ ref('dim_employees') }} as employees on daily.employee_id = employees.employee_id
),

of_teams as (
    select managers.kpi_id, managers.date_day, managers.employee_team as team, sum(managers.day_value) as day_value
    from owned as managers
    left join owned as own
        on managers.kpi_id = own.kpi_id and managers.date_day = own.date_day and own.dimension = 'team' and managers.employee_team = own.dimension_key
    where managers.dimension = 'manager' and own.kpi_id is null
    group by managers.kpi_id, managers.date_day, managers.employee_team
),

slices as (
    select kpi_id, date_day, dimension, dimension_key, day_value, period_value, true as is_own from owned
    union all
    select kpi_id, date_day, 'team', team, day_value, null, false from of_teams
),

-- what is told of the whole itself comes first
wholes as (
    select
        kpi_id,
        date_day,
        dimension,
        sum(day_value) as day_value,
        row_number() over (
            partition by kpi_id, date_day order by case dimension when 'all' then 0 when 'team' then 1 when 'channel' then 2 else 3 end
        ) as row_no
    from slices
    where dimension <> 'manager'
    group by kpi_id, date_day, dimension
)

select kpi_id, date_day, dimension, dimension_key, day_value, period_value, is_own from slices
union all
select kpi_id, date_day, 'all', 'all', day_value, null, false from wholes where row_no = 1 and dimension <> 'all'
