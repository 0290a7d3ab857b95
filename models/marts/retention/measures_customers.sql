-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of what customers have brought and of how they keep in touch, period, dimension and member.
{%- set dims = ['channel', 'region', 'customer_segment', 'cohort'] %}
with balances as (
    {{ balance_measures(
        ref('customer_events'),
        dimensions=dims,
        balances=['customers_to_date', 'revenue_to_date', 'costed_revenue_to_date', 'gross_profit_to_date']
    ) }}
),

-- what customers have brought, at the margin of what has a known cost
lifetime_profit as (
    select
        period_grain,
        period_start,
        dimension,
        dimension_key,
        sum(case when measure = 'revenue_to_date' then value end)
        * {{ ratio(
            "sum(case when measure = 'gross_profit_to_date' then value end)", "sum(case when measure = 'costed_revenue_to_date' then value end)"
        ) }} as value,
        sum(case when measure = 'customers_to_date' then value end) as customers
    from balances
    group by period_grain, period_start, dimension, dimension_key
),

flows as (
    {{ period_measures(
        ref('customer_events'),
        dimensions=dims,
        sums=['customers_left', 'lifetime_days', 'revenue_to_date', 'gross_profit_to_date']
    ) }}
),

engaged as (
    select
        period_grain,
        period_start,
        {{ sliced_by(['channel', 'customer_segment']) }},
        cast(count(distinct customer_key) as double) as customers_engaged,
        cast(sum(interactions) as double) as customer_interactions
    from {{ ref('engaged_customers') }}
    group by grouping sets (
        (period_grain, period_start), (period_grain, period_start, channel), (period_grain, period_start, customer_segment)
    )
)

select * from balances
union all
select 'lifetime_profit_to_date', period_grain, period_start, dimension, dimension_key, value from lifetime_profit where value is not null
union all
-- a refund that comes before the first sale of a cohort leaves it with money and without a customer
select 'customers_with_margin', period_grain, period_start, dimension, dimension_key, customers
from lifetime_profit
where value is not null and customers <> 0
union all
select 'customers_engaged', period_grain, period_start, dimension, dimension_key, customers_engaged from engaged
union all
select 'customer_interactions', period_grain, period_start, dimension, dimension_key, customer_interactions from engaged
union all
select
    case measure when 'revenue_to_date' then 'customer_revenue' when 'gross_profit_to_date' then 'customer_gross_profit' else measure end,
    period_grain, period_start, dimension, dimension_key, value
from flows
