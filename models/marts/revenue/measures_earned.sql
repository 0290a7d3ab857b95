-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of the money that contracts earn, each day of their run as much, period, dimension and member: alone, and with the revenue of sales.
-- Rounding runs along the days of a product in a region, so that days add up to months and members to the whole to the last kopeck.
{%- set days_to_end = dbt.datediff('events.event_date', 'periods.last_known_day', 'day') %}
{%- set days_to_start = dbt.datediff('events.event_date', 'periods.period_start', 'day') %}
with events as (
    select * from {{ ref('contract_events') }} where earned_a_day <> 0
),

running as (
    select
        periods.period_grain,
        periods.period_start,
        events.product,
        events.region,
        -- up to the last day of the period, less up to the day before it
        round(sum(cast(events.earned_a_day * ({{ days_to_end }} + 1) as decimal(24, 8))), 2)
        - round(sum(cast(events.earned_a_day * greatest({{ days_to_start }}, 0) as decimal(24, 8))), 2) as earned
    from {{ ref('periods') }} as periods
    inner join events on periods.last_known_day >= events.event_date
    group by periods.period_grain, periods.period_start, events.product, events.region
),

earned as (
    select
        period_grain,
        period_start,
        {{ sliced_by(['product', 'region']) }},
        cast(sum(earned) as double) as value
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
