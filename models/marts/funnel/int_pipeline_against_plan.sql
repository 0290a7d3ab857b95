-- Grain: period_grain, period_start, dimension, dimension_key.
-- One period and slice (whole, manager, team) with what was open when it was looked at, what had been won by then and what was planned.  A running
-- period is looked at on the last full day, a finished one on the day before it began, as it was known then (empty: too few deals of that day
-- were, or it lies before the first that the pipeline is known of).
with seen as (
    select
        *,
        case when is_complete then cast({{ dbt.dateadd('day', -1, 'period_start') }} as date) else last_known_day end as seen_on
    from {{ ref('periods') }}
),

periods as (
    select seen.*, case when seen.seen_on >= first_days.first_day then 0 else 1 end as untold
    from seen
    cross join (select min(event_date) as first_day from {{ ref('pipeline_daily') }}) as first_days
),

open_and_won as (
    select
        periods.period_grain,
        periods.period_start,
        periods.seen_on,
        pipeline.manager,
        pipeline.team,
        case when pipeline.expected_close_on between periods.period_start and periods.period_end then pipeline.amount else 0 end as due_amount,
        case when pipeline.is_late_stage then pipeline.amount else 0 end as late_amount,
        0 as won_amount,
        {{ flag('not pipeline.is_day_told') }} as untold
    from periods
    inner join {{ ref('pipeline_daily') }} as pipeline on periods.seen_on = pipeline.event_date
    union all
    select periods.period_grain, periods.period_start, periods.seen_on, deals.manager, deals.team, 0, 0, deals.won_amount, periods.untold
    from periods
    inner join {{ ref('deal_events') }} as deals on deals.event_date between periods.period_start and periods.seen_on
    where deals.event = 'won'
),

sliced as (
    select
        period_grain,
        period_start,
        seen_on,
        {{ sliced_by(['manager', 'team']) }},
        sum(due_amount) as due_amount,
        sum(late_amount) as late_amount,
        sum(won_amount) as won_amount,
        0 as plan_amount,
        max(untold) as untold
    from open_and_won
    group by grouping sets (
        (period_grain, period_start, seen_on), (period_grain, period_start, seen_on, manager), (period_grain, period_start, seen_on, team)
    )
    union all
    select
        periods.period_grain, periods.period_start, periods.seen_on, quota.dimension, quota.dimension_key, 0, 0, 0, quota.quota_amount, periods.untold
    from periods
    inner join {{ ref('int_quota_daily') }} as quota on quota.event_date between periods.period_start and periods.period_end
    inner join {{ ref('int_planned_periods') }} as planned
        on planned.kpi_id = '{{ var("quota_kpi") }}' and quota.dimension = planned.dimension and quota.dimension_key = planned.dimension_key
        and periods.period_grain = planned.period_grain and periods.period_start = planned.period_start
)

select
    period_grain,
    period_start,
    seen_on,
    dimension,
    dimension_key,
    case when max(untold) = 0 then cast(sum(due_amount) as double) end as due_amount,
    case when max(untold) = 0 then cast(sum(late_amount) as double) end as late_amount,
    cast(sum(won_amount) as double) as won_amount,
    nullif(cast(sum(plan_amount) as double), 0) as plan_amount
from sliced
group by period_grain, period_start, seen_on, dimension, dimension_key
