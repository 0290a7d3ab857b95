-- Grain: period_grain, period_start, dimension, dimension_key.
-- One period and slice (whole, manager, team): the open pipeline against what the plan and the forecast still lack.  A running
-- period is looked at on the last full day, a finished one on the day before it began, as it was known then; where too few of its deals
-- were, nobody knows.
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
        0 as won_amount,
        {{ flag('not pipeline.is_day_told') }} as untold
    from periods
    inner join {{ ref('pipeline_daily') }} as pipeline on periods.seen_on = pipeline.event_date
),

won as (
    select periods.period_grain, periods.period_start, deals.manager, deals.team, 0, 0, sum(deals.won_amount), 0
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
        max(untold) as untold,
        cast(null as double) as plan_amount
    from parts
    group by grouping sets ((period_grain, period_start), (period_grain, period_start, manager), (period_grain, period_start, team))
    union all
    select periods.period_grain, periods.period_start, quota.dimension, quota.dimension_key, 0, 0, 0, 0, cast(sum(quota.quota_amount) as double)
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
        case when max(untold) = 0 then sum(due_amount) end as due_amount,
        case when max(untold) = 0 then sum(late_amount) end as late_amount,
        sum(won_amount) as won_amount,
        nullif(sum(plan_amount), 0) as plan_amount
    from sliced
    group by period_grain, period_start, dimension, dimension_key
),

-- of a day before the first that the pipeline is known of nobody knows what was open
first_days as (
    select min(event_date) as first_day from {{ ref('pipeline_daily') }}
),

-- whoever had no open deals when the period began and has won nothing since has a forecast of nought
foreseen as (
    select
        covered.period_grain,
        covered.period_start,
        covered.dimension,
        covered.dimension_key,
        covered.won_amount,
        covered.plan_amount,
        periods.seen_on,
        case when periods.seen_on >= first_days.first_day then covered.due_amount end as due_amount,
        case when periods.seen_on >= first_days.first_day then covered.late_amount end as late_amount,
        case when forecasts.dimension is null then 0 else forecasts.forecast_amount end as forecast_amount
    from covered
    cross join first_days
    inner join periods on covered.period_grain = periods.period_grain and covered.period_start = periods.period_start
    left join {{ ref('forecast_by_period') }} as forecasts
        on covered.period_grain = forecasts.period_grain and covered.period_start = forecasts.period_start
        and covered.dimension = forecasts.dimension and covered.dimension_key = forecasts.dimension_key
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
