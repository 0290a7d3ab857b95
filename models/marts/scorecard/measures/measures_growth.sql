-- Grain: revenue set against the year before, period, dimension and member.
with revenue as (
    select * from {{ ref('measures_sales') }} where measure = 'revenue'
),

periods as (
    select * from {{ ref('periods') }}
),

first_periods as (
    select period_grain, min(period_start) as first_start from revenue group by period_grain
),

year_ago as (
    select
        periods.period_grain,
        periods.period_start,
        revenue.dimension,
        revenue.dimension_key,
        revenue.value
    from periods
    inner join revenue on periods.period_grain = revenue.period_grain and periods.year_ago_start = revenue.period_start
),

-- this year's revenue counts where the business was there a year ago
this_year as (
    select revenue.*
    from revenue
    inner join periods on revenue.period_grain = periods.period_grain and revenue.period_start = periods.period_start
    inner join first_periods on revenue.period_grain = first_periods.period_grain and periods.year_ago_start >= first_periods.first_start
)

select 'revenue_year_ago' as measure, period_grain, period_start, dimension, dimension_key, value from year_ago
union all
select 'growth_revenue', period_grain, period_start, dimension, dimension_key, -value from year_ago
union all
select 'growth_revenue', period_grain, period_start, dimension, dimension_key, value from this_year
