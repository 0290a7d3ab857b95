-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of forecast, coverage and velocity, period, dimension and member.  What nobody knows has no row.
{%- set judged_days = var('forecast_error_days') | unique | list %}
with forecasts as (
    select * from {{ ref('forecast_by_period') }} where forecast_amount is not null
),

coverage as (
    select * from {{ ref('pipeline_coverage') }} where due_amount is not null
),

-- forecasts are judged on some days before the end
judged as (
    select *
    from {{ ref('forecast_daily') }}
    where forecast_error is not null and days_before_end in ({{ judged_days | join(', ') }})
),

-- of a period that is not known on each of them the mean would be another one's
judged_periods as (
    select period_grain, period_start
    from judged
    where dimension = 'all'
    group by period_grain, period_start
    having count(*) = {{ judged_days | length }}
),

-- of the whole on each of these days too
errors as (
    select
        judged.period_grain, judged.period_start, judged.dimension, judged.dimension_key,
        sum(abs(judged.forecast_error)) as missed_amount, sum(judged.actual_amount) as actual_amount
    from judged
    inner join judged_periods as whole on judged.period_grain = whole.period_grain and judged.period_start = whole.period_start
    group by judged.period_grain, judged.period_start, judged.dimension, judged.dimension_key
    union all
    select
        judged.period_grain, judged.period_start, 'days_before_end', cast(judged.days_before_end as {{ dbt.type_string() }}),
        abs(judged.forecast_error), judged.actual_amount
    from judged
    inner join judged_periods as whole on judged.period_grain = whole.period_grain and judged.period_start = whole.period_start
    where judged.dimension = 'all'
)

select 'forecast_amount' as measure, period_grain, period_start, dimension, dimension_key, forecast_amount as value from forecasts
union all
select 'forecast_variance', period_grain, period_start, dimension, dimension_key, forecast_variance from forecasts
union all
select 'forecast_actual', period_grain, period_start, dimension, dimension_key, won_amount from forecasts
union all
select 'forecast_hit', period_grain, period_start, dimension, dimension_key, won_amount - abs(forecast_variance) from forecasts
union all
select 'coverage_pipeline', period_grain, period_start, dimension, dimension_key, due_amount from coverage
union all
select 'coverage_plan_gap', period_grain, period_start, dimension, dimension_key, plan_amount - won_amount
from coverage
where plan_amount > won_amount
union all
select 'coverage_late_pipeline', period_grain, period_start, dimension, dimension_key, late_amount from coverage
union all
select 'coverage_forecast_gap', period_grain, period_start, dimension, dimension_key, forecast_amount - won_amount
from coverage
where forecast_amount > won_amount
union all
select 'forecast_missed', period_grain, period_start, dimension, dimension_key, missed_amount from errors
union all
select 'forecast_judged', period_grain, period_start, dimension, dimension_key, actual_amount from errors
union all
select 'deals_worked', period_grain, period_start, dimension, dimension_key, deals_worked from {{ ref('pipeline_velocity') }}
union all
select 'worked_deals_worth', period_grain, period_start, dimension, dimension_key, worked_deals_worth
from {{ ref('pipeline_velocity') }}
where worked_deals_worth is not null
