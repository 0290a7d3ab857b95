-- Grain: period_grain, period_start, dimension, dimension_key.
-- One period and slice (whole, manager, team): the open pipeline against what the plan and the forecast still lack.  A running
-- period is looked at on the last full day, a finished one on the day before it began, as it was known then; where too few of its deals
-- were, nobody knows.
with foreseen as (
    select
        pipeline.*,
        -- whoever had no open deals when the period began and has won nothing since has a forecast of nought
        case when forecasts.dimension is null then 0 else forecasts.forecast_amount end as forecast_amount
    from {{ ref('int_pipeline_against_plan') }} as pipeline
    left join {{ ref('forecast_by_period') }} as forecasts
        on pipeline.period_grain = forecasts.period_grain and pipeline.period_start = forecasts.period_start
        and pipeline.dimension = forecasts.dimension and pipeline.dimension_key = forecasts.dimension_key
)

select
    period_grain,
    period_start,
    seen_on,
    dimension,
    dimension_key,
    due_amount,
    late_amount,
    won_amount,
    plan_amount,
    forecast_amount,
    coalesce(won_amount >= plan_amount, false) as plan_reached,
    {{ ratio('due_amount', 'case when plan_amount > won_amount then plan_amount - won_amount end') }} as pipeline_coverage,
    {{ ratio('late_amount', 'case when forecast_amount > won_amount then forecast_amount - won_amount end') }} as late_stage_coverage
from foreseen
