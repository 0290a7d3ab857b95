-- Grain: one target and one day of its period: the target spread evenly over the working days (over all days, where none is a working
-- day).  Of targets of the same KPI and owner that overlap, the one of the finest period counts.
with targets as (
    select
        *,
        {{ period_start('period_grain', 'period_start') }} as first_day,
        case period_grain when 'month' then 1 when 'quarter' then 2 else 3 end as coarseness,
        row_number() over (order by kpi_id, period_start, period_grain, employee_id, team, source_system) as target_no
    from {{ ref('targets') }}
),

days as (
    select
        *,
        max({{ flag('is_working_day') }}) over (partition by month_start) as month_has_work
    from {{ ref('dim_date') }}
),

spread as (
    select
        targets.target_no,
        targets.kpi_id,
        targets.employee_id,
        targets.team,
        targets.value,
        days.date_day,
        targets.coarseness,
        case when days.is_working_day or days.month_has_work = 0 then 1.0 else 0.0 end as weight
    from targets
    inner join days
        on targets.first_day = case targets.period_grain
            when 'month' then days.month_start when 'quarter' then days.quarter_start else days.year_start
        end
),

ranked as (
    select
        *,
        sum(weight) over (partition by target_no) as period_weight,
        dense_rank() over (partition by kpi_id, coalesce(employee_id, ''), coalesce(team, ''), date_day order by coarseness) as place
    from spread
)

select
    kpi_id,
    employee_id,
    team,
    date_day,
    value as period_value,
    value * weight / nullif(period_weight, 0) as day_value
from ranked
where place = 1
