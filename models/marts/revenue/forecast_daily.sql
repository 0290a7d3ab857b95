-- Grain: period_grain, period_start, event_date, dimension, dimension_key.
-- One period that is forecast (month, quarter), one day from some time before its beginning to its end and one slice (whole, manager, team):
-- what was to be expected of the won amount by what was known at the end of that day, what was planned, and what came of it.
{%- set days_left = dbt.datediff('cells.event_date', 'cells.period_end', 'day') %}
with days as (
    select * from {{ ref('int_forecast_days') }}
),

spine as (
    select period_grain, period_start, period_end, event_date, is_day_told from days where dimension = 'all'
),

periods as (
    select distinct period_grain, period_start, period_end from spine
),

-- what is planned for a period and what has come of it, on whatever day it is asked
plans_and_wins as (
    select periods.period_grain, periods.period_start, quota.dimension, quota.dimension_key, quota.quota_amount as plan_amount, 0 as actual_amount
    from periods
    inner join {{ ref('int_quota_daily') }} as quota on quota.event_date between periods.period_start and periods.period_end
    inner join {{ ref('int_planned_periods') }} as planned
        on planned.kpi_id = '{{ var("quota_kpi") }}' and quota.dimension = planned.dimension and quota.dimension_key = planned.dimension_key
        and periods.period_grain = planned.period_grain and periods.period_start = planned.period_start
    union all
    select periods.period_grain, periods.period_start, {{ sliced_by(['manager', 'team']) }}, null, sum(deals.won_amount)
    from periods
    inner join {{ ref('deal_events') }} as deals on deals.event = 'won' and deals.event_date between periods.period_start and periods.period_end
    group by grouping sets (
        (periods.period_grain, periods.period_start), (periods.period_grain, periods.period_start, manager),
        (periods.period_grain, periods.period_start, team)
    )
),

constants as (
    select period_grain, period_start, dimension, dimension_key, sum(plan_amount) as plan_amount, sum(actual_amount) as actual_amount
    from plans_and_wins
    group by period_grain, period_start, dimension, dimension_key
),

-- whoever has a plan or a win has a row on every day
cells as (
    select spine.*, constants.dimension, constants.dimension_key
    from spine
    inner join constants on spine.period_grain = constants.period_grain and spine.period_start = constants.period_start
    union
    select period_grain, period_start, period_end, event_date, is_day_told, dimension, dimension_key from days
),

told as (
    select
        cells.*,
        cast({{ days_left }} as bigint) as days_before_end,
        coalesce(days.won_amount, 0) as won_amount,
        case when cells.is_day_told then coalesce(days.open_weighted_amount, 0) end as open_weighted_amount,
        days.entered_amount,
        cast(constants.plan_amount as double) as plan_amount,
        case when cells.period_end < {{ as_of() }} then cast(coalesce(constants.actual_amount, 0) as double) end as actual_amount
    from cells
    left join days
        on cells.period_grain = days.period_grain and cells.period_start = days.period_start and cells.event_date = days.event_date
        and cells.dimension = days.dimension and cells.dimension_key = days.dimension_key
    left join constants
        on cells.period_grain = constants.period_grain and cells.period_start = constants.period_start
        and cells.dimension = constants.dimension and cells.dimension_key = constants.dimension_key
)

select
    period_grain, period_start, event_date, dimension, dimension_key,
    days_before_end,
    won_amount,
    open_weighted_amount,
    won_amount + open_weighted_amount as expected_amount,
    entered_amount,
    plan_amount,
    actual_amount,
    won_amount + open_weighted_amount - actual_amount as forecast_error
from told
