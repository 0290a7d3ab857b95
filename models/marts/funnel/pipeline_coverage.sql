-- Grain: one period and slice (whole, manager, team): the open pipeline against what the plan and the forecast still lack.  A running
-- period is looked at on the last full day, a finished one on the day before it began, as it was known then.
with periods as (
    select
        *,
        case when is_complete then cast({{ dbt.dateadd('day', -1, 'period_start') }} as date) else last_known_day end as seen_on
    from {{ ref('periods') }}
),

opened as (
    select
        periods.period_grain,
        periods.period_start,
        pipeline.manager,
        pipeline.team,
        case when pipeline.expected_close_on between periods.period_start and periods.period_end then pipeline.amount else 0 end as due_amount,
        case when pipeline.is_late_stage then pipeline.amount else 0 end as late_amount,
        0 as won_amount
    from periods
    inner join {{ ref('pipeline_daily') }} as pipeline on periods.seen_on = pipeline.event_date
),

won as (
    select periods.period_grain, periods.period_start, deals.manager, deals.team, 0, 0, sum(deals.won_amount)
    from periods
    inner join {{ ref('deal_events') }} as deals on deals.event_date between periods.period_start and periods.seen_on
    where deals.event = 'won'
    group by periods.period_grain, periods.period_start, deals.manager, deals.team
),

parts as (
    select * from opened
    union all
    select * from won
),

sliced as (
    select
        period_grain,
        period_start,
        {{ sliced_by(['manager', 'team']) }},
        cast(sum(due_amount) as double) as due_amount,
        cast(sum(late_amount) as double) as late_amount,
        cast(sum(won_amount) as double) as won_amount,
        cast(null as double) as plan_amount
    from parts
    group by grouping sets ((period_grain, period_start), (period_grain, period_start, manager), (period_grain, period_start, team))
    union all
    select periods.period_grain, periods.period_start, quota.dimension, quota.dimension_key, 0, 0, 0, cast(sum(quota.quota_amount) as double)
    from periods
    inner join {{ ref('int_quota_daily') }} as quota on quota.event_date between periods.period_start and periods.period_end
    group by periods.period_grain, periods.period_start, quota.dimension, quota.dimension_key
),

covered as (
    select
        period_grain,
        period_start,
        dimension,
        dimension_key,
        sum(due_amount) as due_amount,
        sum(late_amount) as late_amount,
        sum(won_amount) as won_amount,
        nullif(sum(plan_amount), 0) as plan_amount
    from sliced
    group by period_grain, period_start, dimension, dimension_key
)

select
    covered.period_grain,
    covered.period_start,
    periods.seen_on,
    covered.dimension,
    covered.dimension_key,
    covered.due_amount,
    covered.late_amount,
    covered.won_amount,
    covered.plan_amount,
    forecasts.forecast_amount,
    coalesce(covered.won_amount >= covered.plan_amount, false) as plan_reached,
    {{ ratio('covered.due_amount', 'case when covered.plan_amount > covered.won_amount then covered.plan_amount - covered.won_amount end') }}
        as pipeline_coverage,
    {{ ratio('covered.late_amount',
        'case when forecasts.forecast_amount > covered.won_amount then forecasts.forecast_amount - covered.won_amount end') }} as late_stage_coverage
from covered
inner join periods on covered.period_grain = periods.period_grain and covered.period_start = periods.period_start
left join {{ ref('forecast_by_period') }} as forecasts
    on covered.period_grain = forecasts.period_grain and covered.period_start = forecasts.period_start
    and covered.dimension = forecasts.dimension and covered.dimension_key = forecasts.dimension_key
