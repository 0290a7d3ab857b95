-- Grain: dimension, dimension_key, cohort_month, months_since.
-- One dimension (all, channel, region, customer segment), member, cohort (customers by the month of their first purchase) and month
-- since, up to the running month, which is marked as not complete.
-- A cell counts customers who bought in that month; months without a purchase are there with nought.  What came back before the first
-- purchase is of its month.
{%- set dimensions = ['channel', 'region', 'customer_segment'] %}
with buyers as (
    select * from {{ ref('buyers') }} where cohort_month is not null
),

members as (
    select customer_key, cohort_month, 'all' as dimension, 'all' as dimension_key from buyers
    {%- for dimension in dimensions %}
    union all
    select customer_key, cohort_month, '{{ dimension }}', {{ dimension }} from buyers
    {%- endfor %}
),

cohorts as (
    select dimension, dimension_key, cohort_month, count(*) as cohort_size
    from members
    group by dimension, dimension_key, cohort_month
),

customer_months as (
    select
        buyers.customer_key,
        greatest(buyers.cohort_month, cast({{ dbt.date_trunc('month', 'sales.event_date') }} as date)) as month_start,
        max(case when sales.event = 'sale' then 1 else 0 end) as has_bought,
        sum(sales.revenue) as revenue,
        sum(case when sales.costed_revenue <> 0 or sales.gross_profit <> 0 then sales.gross_profit end) as gross_profit
    from {{ ref('sales_events') }} as sales
    inner join buyers on sales.known_customer_key = buyers.customer_key
    group by buyers.customer_key, greatest(buyers.cohort_month, cast({{ dbt.date_trunc('month', 'sales.event_date') }} as date))
),

bought as (
    select
        members.dimension,
        members.dimension_key,
        members.cohort_month,
        customer_months.month_start,
        cast(sum(customer_months.has_bought) as bigint) as active_customers,
        cast(sum(customer_months.revenue) as decimal(18, 2)) as revenue,
        cast(sum(customer_months.gross_profit) as decimal(18, 2)) as gross_profit
    from members
    inner join customer_months on members.customer_key = customer_months.customer_key
    group by members.dimension, members.dimension_key, members.cohort_month, customer_months.month_start
),

cells as (
    select
        cohorts.*,
        {{ dbt.datediff('cohorts.cohort_month', 'months.period_start', 'month') }}
            as months_since,
        months.is_complete,
        coalesce(bought.active_customers, 0) as active_customers,
        cast(coalesce(bought.revenue, 0) as decimal(18, 2)) as revenue,
        bought.gross_profit
    from cohorts
    inner join {{ ref('periods') }} as months on months.period_grain = 'month' and cohorts.cohort_month <= months.period_start
    left join bought
        on cohorts.dimension = bought.dimension and cohorts.dimension_key = bought.dimension_key
        and cohorts.cohort_month = bought.cohort_month and months.period_start = bought.month_start
)

select
    dimension, dimension_key, cohort_month, months_since,
    is_complete,
    cohort_size,
    active_customers,
    {{ ratio('active_customers', 'cohort_size') }} as retention_rate,
    revenue,
    {{ ratio('revenue', 'first_value(revenue) over (partition by dimension, dimension_key, cohort_month order by months_since)') }}
        as revenue_retention_rate,
    cast(
        sum(revenue) over (partition by dimension, dimension_key, cohort_month order by months_since rows unbounded preceding) as decimal(18, 2)
    ) as cumulative_revenue,
    gross_profit
from cells
