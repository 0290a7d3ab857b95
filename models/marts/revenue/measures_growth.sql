-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of revenue set against the year before, period, dimension and member.  A running period is set against the same days.
with revenue as (
    select * from {{ ref('measures_sales') }} where measure = 'revenue'
),

-- periods whose year before the data cover from its first day
periods as (
    select periods.*
    from {{ ref('periods') }} as periods
    inner join {{ ref('subject_starts') }} as starts on starts.subject = 'sales_events' and periods.year_ago_start >= starts.first_day
),

year_ago as (
    select
        periods.period_grain,
        periods.period_start,
        revenue.dimension,
        revenue.dimension_key,
        revenue.value
    from periods
    inner join revenue on periods.compared_grain = revenue.period_grain and periods.year_ago_start = revenue.period_start
),

this_year as (
    select revenue.*
    from revenue
    inner join periods
        on revenue.period_grain = periods.period_grain and revenue.period_start = periods.period_start
        and periods.period_grain = periods.whole_grain
),

parts as (
    select period_grain, period_start, dimension, dimension_key, -value as value from year_ago
    union all
    select period_grain, period_start, dimension, dimension_key, value from this_year
)

select 'revenue_year_ago' as measure, period_grain, period_start, dimension, dimension_key, value from year_ago
union all
select 'growth_revenue', period_grain, period_start, dimension, dimension_key, sum(value)
from parts
group by period_grain, period_start, dimension, dimension_key
