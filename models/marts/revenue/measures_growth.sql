-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of revenue set against the year before, period, dimension and member.  A running period is set against the same days.
with sales as (
    select * from {{ ref('measures_sales') }} where measure in ('revenue', 'sales_priced')
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
        sales.measure,
        sales.dimension,
        sales.dimension_key,
        sales.value
    from periods
    inner join sales on periods.compared_grain = sales.period_grain and periods.year_ago_start = sales.period_start
),

this_year as (
    select sales.*
    from sales
    inner join periods
        on sales.period_grain = periods.period_grain and sales.period_start = periods.period_start
        and periods.period_grain = periods.whole_grain
    where sales.measure = 'revenue'
),

parts as (
    select period_grain, period_start, dimension, dimension_key, -value as value from year_ago where measure = 'revenue'
    union all
    select period_grain, period_start, dimension, dimension_key, value from this_year
)

select
    case measure when 'revenue' then 'revenue_year_ago' else 'sales_year_ago' end as measure,
    period_grain, period_start, dimension, dimension_key, value
from year_ago
union all
select 'growth_revenue', period_grain, period_start, dimension, dimension_key, sum(value)
from parts
group by period_grain, period_start, dimension, dimension_key
