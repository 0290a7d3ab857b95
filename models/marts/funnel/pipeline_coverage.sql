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
        0 as plan_amount,
        0 as won_amount
    from periods
    inner join {{ ref('pipeline_daily') }} as pipeline on periods.seen_on = pipeline.event_date
),

planned as (
    select periods.period_grain, periods.period_start, quota.manager, quota.team, 0, 0, sum(quota.quota_amount), 0
    from periods
    inner join {{ ref('int_quota_daily') }} as quota on quota.event_date between periods.period_start and periods.period_end
    group by periods.period_grain, periods.period_start, quota.manager, quota.team
),

won as (
    select periods.period_grain, periods.period_start, deals.manager, deals.team, 0, 0, 0, sum(deals.won_amount)
    from periods
    inner join {{ ref('deal_events') }} as deals on deals.event_date between periods.period_start and periods.seen_on
    where deals.event = 'won'
    group by periods.period_grain, periods.period_start, deals.manager, deals.team
),

parts as (
    select * from opened
    union all
    select * from planned
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
        cast(sum(plan_amount) as double) as plan_amount,
        cast(sum(won_amount) as double) as won_amount
    from parts
    group by grouping sets ((period_grain, period_start), (period_grain, period_start, manager), (period_grain, period_start, team))
)

select
    sliced.period_grain,
    sliced.period_start,
    periods.seen_on,
    sliced.dimension,
    sliced.dimension_key,
    sliced.due_amount,
    sliced.late_amount,
    sliced.won_amount,
    nullif(sliced.plan_amount, 0) as plan_amount,
    forecasts.forecast_amount,
    coalesce(sliced.won_amount >= nullif(sliced.plan_amount, 0), false) as plan_reached,
    {{ ratio('sliced.due_amount', 'case when sliced.plan_amount > sliced.won_amount then sliced.plan_amount - sliced.won_amount end') }}
        as pipeline_coverage,
    {{ ratio('sliced.late_amount',
        'case when forecasts.forecast_amount > sliced.won_amount then forecasts.forecast_amount - sliced.won_amount end') }} as late_stage_coverage
from sliced
inner join periods on sliced.period_grain = periods.period_grain and sliced.period_start = periods.period_start
left join {{ ref('forecast_by_period') }} as forecasts
    on sliced.period_grain = forecasts.period_grain and sliced.period_start = forecasts.period_start
    and sliced.dimension = forecasts.dimension and sliced.dimension_key = forecasts.dimension_key
