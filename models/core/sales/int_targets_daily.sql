-- Grain: kpi_id, employee_id, team, channel, product_id, date_day.
-- One owner (an employee, a team, a channel, a product, the whole), KPI and day with the day's part of the target: spread evenly over the days of
-- its period on which the owner's team works, else the business (all days of a month, where none is one), in decimals that add up to the whole.
-- Of targets that overlap, the one of the finest period counts; of two of one period, the files' before the seed's, then the last one loaded.
-- Money is in the base currency, by the first day's rate.
with planned as (
    select
        targets.*,
        {{ period_start('targets.period_grain', 'targets.period_start') }} as first_day,
        -- whose target it is says the employee, where one is named
        case when targets.employee_id is null then targets.team end as owner_team
    from {{ ref('targets') }} as targets
    -- a target of any other period cannot be spread, and one of several slices stands in none; quality.findings shows them
    where targets.period_grain in ('month', 'quarter', 'year') and not ({{ names_several_slices('targets') }})
),

targets as (
    select
        planned.kpi_id, planned.employee_id, planned.owner_team as team, planned.channel, planned.product_id,
        planned.period_grain, planned.first_day, planned.value * rates.rate_to_base as value,
        case planned.period_grain when 'month' then 1 when 'quarter' then 2 else 3 end as coarseness,
        row_number() over (
            partition by
                planned.kpi_id, planned.period_grain, planned.first_day, planned.employee_id, planned.owner_team, planned.channel, planned.product_id
            order by
                case when planned.source_system = 'seed' then 1 else 0 end asc, planned.loaded_at desc nulls last, planned.period_start desc,
                planned.team asc nulls first, planned.value desc
        ) as row_no
    from planned
    {{ join_rate('rates', 'planned.currency', 'planned.first_day') }}
),

worked as (
    select
        targets.*,
        days.date_day,
        days.month_start,
        {{ flag('coalesce(team_days.is_working_day, days.is_working_day)') }} as is_worked
    from targets
    left join {{ ref('dim_employees') }} as employees on targets.employee_id = employees.employee_id
    inner join {{ ref('dim_date') }} as days
        on targets.first_day = case targets.period_grain
            when 'month' then days.month_start when 'quarter' then days.quarter_start else days.year_start
        end
    left join {{ ref('dim_team_date') }} as team_days
        on coalesce(targets.team, employees.team) = team_days.team and days.date_day = team_days.date_day
    where targets.row_no = 1
),

spread as (
    select
        *,
        case
            when is_worked = 1 then 1.0
            when max(is_worked) over (partition by kpi_id, employee_id, team, channel, product_id, period_grain, month_start) = 0 then 1.0
            else 0.0
        end as weight
    from worked
),

ranked as (
    select
        *,
        sum(weight) over (partition by kpi_id, employee_id, team, channel, product_id, period_grain, first_day) as period_weight,
        sum(weight) over (
            partition by kpi_id, employee_id, team, channel, product_id, period_grain, first_day order by date_day rows unbounded preceding
        ) as weight_so_far,
        row_number() over (partition by kpi_id, employee_id, team, channel, product_id, date_day order by coarseness, period_grain) as finest
    from spread
)

select
    kpi_id, employee_id, team, channel, product_id, date_day,
    value as period_value,
    cast(value * weight_so_far / nullif(period_weight, 0) as decimal(24, 6))
    - cast(value * (weight_so_far - weight) / nullif(period_weight, 0) as decimal(24, 6)) as day_value
from ranked
where finest = 1
