-- Proves that the days of a target add up to it, where no target of a finer period takes some of its
-- days, nor another of the same period its place.
with daily as (
    select
        kpi_id,
        coalesce(employee_id, '') as employee_id,
        coalesce(team, '') as team,
        concat(coalesce(channel, ''), '|', coalesce(product_id, '')) as part,
        period_value,
        sum(day_value) as day_values
    from {{ ref('int_targets_daily') }}
    where date_day < cast('{{ (as_of_date()[:4] | int) + 2 }}-01-01' as date)
    group by 1, 2, 3, 4, 5
),

owned as (
    select
        kpi_id,
        coalesce(employee_id, '') as employee_id,
        case when employee_id is null then coalesce(team, '') else '' end as team,
        concat(coalesce(channel, ''), '|', coalesce(product_id, '')) as part,
        period_grain,
        {{ period_start('period_grain', 'period_start') }} as first_day,
        value
    from {{ ref('targets') }} as targets
    -- the calendar has an end
    where
        not ({{ names_several_slices('targets') }})
        and period_grain in ('month', 'quarter', 'year') and period_start < cast('{{ (as_of_date()[:4] | int) + 2 }}-01-01' as date)
),

targets as (
    select kpi_id, employee_id, team, part, value, count(*) as targets from owned group by 1, 2, 3, 4, 5
),

owners_of_one_grain as (
    select kpi_id, employee_id, team, part
    from owned
    group by 1, 2, 3, 4
    having count(distinct period_grain) = 1 and count(*) = count(distinct first_day)
)

select targets.*, daily.day_values
from targets
inner join owners_of_one_grain as owners
    on targets.kpi_id = owners.kpi_id and targets.employee_id = owners.employee_id and targets.team = owners.team
    and targets.part = owners.part
left join daily
    on targets.kpi_id = daily.kpi_id and targets.employee_id = daily.employee_id and targets.team = daily.team
    and targets.part = daily.part and targets.value = daily.period_value
where abs(coalesce(daily.day_values, 0) - targets.value * targets.targets) > 0.000001 * (1 + abs(targets.value * targets.targets))
