-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of the money that contracts earn, each day of their run as much, period, dimension and member: alone, and with the revenue of sales.
with events as (
    select * from {{ ref('contract_events') }} where earned_a_day <> 0
),

running as (
    select
        periods.period_grain,
        periods.period_start,
        events.product,
        events.region,
        events.earned_a_day
        * (1 + {{ dbt.datediff('greatest(events.event_date, periods.period_start)', 'periods.last_known_day', 'day') }}) as earned
    from {{ ref('periods') }} as periods
    inner join events on periods.last_known_day >= events.event_date
),

earned as (
    select
        period_grain,
        period_start,
        {{ sliced_by(['product', 'region']) }},
        cast(round(sum(earned), 2) as double) as value
    from running
    group by grouping sets ((period_grain, period_start), (period_grain, period_start, product), (period_grain, period_start, region))
),

-- the revenue of a product is told for months and longer alone, and what contracts bring is no sum without it
together as (
    select * from earned where dimension <> 'product' or period_grain not in ('day', 'week', 'week_to_date')
    union all
    select period_grain, period_start, dimension, dimension_key, value
    from {{ ref('measures_sales') }}
    where measure = 'revenue' and dimension in ('all', 'product', 'region')
)

select 'contract_revenue' as measure, period_grain, period_start, dimension, dimension_key, value
from earned
union all
select 'revenue_with_contracts', period_grain, period_start, dimension, dimension_key, sum(value)
from together
group by period_grain, period_start, dimension, dimension_key
