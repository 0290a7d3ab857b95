-- Grain: period_grain, period_start, dimension, dimension_key.
-- One period and slice (whole, manager, team): what was to be expected of the won amount when the period began, and what came of it.
-- A quarter and a year of which a manager entered no forecast are the sum of his months, each as it was known when it began; until the last of them
-- has begun nobody knows.
with by_period as (
    select * from {{ ref('int_manager_forecasts') }}
),

months as (
    select * from by_period where period_grain = 'month'
),

coarse_periods as (
    select
        periods.*,
        case periods.whole_grain when 'quarter' then 3 else 12 end as months,
        {{ dbt.dateadd('day', -1, 'periods.period_start') }} >= first_days.first_day as is_told
    from {{ ref('periods') }} as periods
    cross join (select min(event_date) as first_day from {{ ref('pipeline_daily') }}) as first_days
    where periods.whole_grain in ('quarter', 'year') and {{ dbt.date_trunc('month', 'periods.period_end') }} < {{ as_of() }}
),

-- whoever has no row in a month had nothing to expect, if the pipeline of that time is known
of_months as (
    select
        periods.period_grain,
        periods.period_start,
        months.manager,
        max(months.team) as team,
        case
            when count(months.forecast_amount) = count(*) and (periods.is_told or count(*) = periods.months) then sum(months.forecast_amount)
        end as forecast_amount
    from coarse_periods as periods
    inner join months on months.period_start between periods.period_start and periods.period_end
    group by periods.period_grain, periods.period_start, periods.is_told, periods.months, months.manager
),

by_manager as (
    select period_grain, period_start, manager, team, forecast_amount, won_amount
    from by_period
    where period_grain not like 'quarter%' and period_grain not like 'year%'
    union all
    select
        coalesce(by_period.period_grain, of_months.period_grain),
        coalesce(by_period.period_start, of_months.period_start),
        coalesce(by_period.manager, of_months.manager),
        coalesce(by_period.team, of_months.team),
        case when by_period.is_entered then by_period.forecast_amount else of_months.forecast_amount end,
        coalesce(by_period.won_amount, 0)
    from (select * from by_period where period_grain like 'quarter%' or period_grain like 'year%') as by_period
    full outer join of_months
        on by_period.period_grain = of_months.period_grain and by_period.period_start = of_months.period_start
        and by_period.manager = of_months.manager
),

-- one manager of whom nobody knows leaves his team and the whole unknown
sliced as (
    select
        period_grain,
        period_start,
        {{ sliced_by(['manager', 'team']) }},
        case when count(forecast_amount) = count(*) then sum(forecast_amount) end as forecast_amount,
        sum(won_amount) as won_amount
    from by_manager
    group by grouping sets ((period_grain, period_start), (period_grain, period_start, manager), (period_grain, period_start, team))
)

select
    period_grain,
    period_start,
    dimension,
    dimension_key,
    forecast_amount,
    won_amount,
    won_amount - forecast_amount as forecast_variance,
    1 - {{ ratio('abs(won_amount - forecast_amount)', 'won_amount') }} as forecast_accuracy
from sliced
