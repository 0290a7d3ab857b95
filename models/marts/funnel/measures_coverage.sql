-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of forecast and coverage, period, dimension and member.  What nobody knows has no row.
with forecasts as (
    select * from {{ ref('forecast_by_period') }} where forecast_amount is not null
),

coverage as (
    select * from {{ ref('pipeline_coverage') }} where due_amount is not null
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
