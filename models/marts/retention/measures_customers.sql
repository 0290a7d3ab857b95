-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of the customer base, period, dimension and member.
{%- set dims = ['channel', 'region', 'customer_segment', 'cohort'] %}
with balances as (
    {{ balance_measures(
        ref('customer_events'),
        dimensions=dims,
        balances=['customers_active', 'customers_to_date', 'revenue_to_date', 'costed_revenue_to_date', 'gross_profit_to_date']
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

at_start as (
    {{ balance_measures(ref('customer_events'), dimensions=dims, balances=['customers_active'], opening=true) }}
),

flows as (
    {{ period_measures(
        ref('customer_events'),
        dimensions=dims,
        sums=['customers_left', 'lifetime_days', 'revenue_to_date', 'gross_profit_to_date']
    ) }}
),

churned as (
    select
        period_grain,
        period_start,
        {{ sliced_by(dims) }},
        cast(count(*) as double) as value
    from {{ ref('churned_customers') }}
    group by grouping sets (
        (period_grain, period_start)
        {%- for dim in dims %},
        (period_grain, period_start, {{ dim }})
        {%- endfor %}
    )
),

-- customers of a product group, so that revenue can be set against them
groups_at_end as (
    {{ balance_measures(ref('product_group_customers'), dimensions=['product_group'], balances=['customers_active'], whole=false) }}
),

groups_at_start as (
    {{ balance_measures(ref('product_group_customers'), dimensions=['product_group'], balances=['customers_active'], whole=false, opening=true) }}
),

averages as (
    select * from balances where measure = 'customers_active'
    union all
    select * from at_start
    union all
    select * from groups_at_end
    union all
    select * from groups_at_start
),

-- the mean of the balances at both ends, and the months that it stood for
averaged as (
    select
        averages.period_grain,
        averages.period_start,
        averages.dimension,
        averages.dimension_key,
        sum(averages.value / 2) as customers_average,
        sum(
            averages.value / 2 / {{ var('days_in_month') }}
            * (1 + {{ dbt.datediff('periods.period_start', 'periods.last_known_day', 'day') }})
        ) as customer_months
    from averages
    inner join {{ ref('periods') }} as periods
        on averages.period_grain = periods.period_grain and averages.period_start = periods.period_start
    group by averages.period_grain, averages.period_start, averages.dimension, averages.dimension_key
),

stays as (
    select period_grain, period_start, dimension, dimension_key, value from at_start
    union all
    select period_grain, period_start, dimension, dimension_key, -value from churned
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
select 'customers_at_start', period_grain, period_start, dimension, dimension_key, value from at_start
union all
select * from flows where measure not in ('revenue_to_date', 'gross_profit_to_date')
union all
select 'customer_revenue', period_grain, period_start, dimension, dimension_key, value from flows where measure = 'revenue_to_date'
union all
select 'customer_gross_profit', period_grain, period_start, dimension, dimension_key, value from flows where measure = 'gross_profit_to_date'
union all
select 'customers_retained', period_grain, period_start, dimension, dimension_key, sum(value)
from stays
group by period_grain, period_start, dimension, dimension_key
union all
select 'customers_churned', period_grain, period_start, dimension, dimension_key, value from churned
union all
select 'customers_average', period_grain, period_start, dimension, dimension_key, customers_average from averaged
union all
select 'customer_months', period_grain, period_start, dimension, dimension_key, customer_months from averaged
union all
select
    'customer_days_at_start',
    at_start.period_grain,
    at_start.period_start,
    at_start.dimension,
    at_start.dimension_key,
    at_start.value * (1 + {{ dbt.datediff('periods.period_start', 'periods.last_known_day', 'day') }})
from at_start
inner join {{ ref('periods') }} as periods
    on at_start.period_grain = periods.period_grain and at_start.period_start = periods.period_start
