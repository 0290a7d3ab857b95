{#- Cohorts of customers by the month of their first purchase × months since; by one column of buyers, or whole.
    A cell counts customers who bought in that month; months without a purchase are there with nought.  What came back before the first
    purchase is of its month. -#}
{% macro cohort_table(dimension=none) -%}
{%- set by = dimension ~ ', ' if dimension else '' -%}
{%- set also = 'cells.' ~ dimension ~ ' = bought.' ~ dimension ~ ' and ' if dimension else '' -%}
with buyers as (
    select * from {{ ref('buyers') }} where cohort_month is not null
),

cohorts as (
    select {{ by }}cohort_month, count(*) as cohort_size
    from buyers
    group by {{ by }}cohort_month
),

months as (
    select period_start as month_start, is_complete
    from {{ ref('periods') }}
    where period_grain = 'month'
),

cells as (
    select
        cohorts.*,
        months.month_start,
        months.is_complete,
        {{ dbt.datediff('cohorts.cohort_month', 'months.month_start', 'month') }} as months_since
    from cohorts
    inner join months on cohorts.cohort_month <= months.month_start
),

bought as (
    select
        {{ 'buyers.' ~ dimension ~ ',' if dimension }}
        buyers.cohort_month,
        greatest(buyers.cohort_month, cast({{ dbt.date_trunc('month', 'sales.event_date') }} as date)) as month_start,
        count(distinct case when sales.event = 'sale' then sales.known_customer_key end) as active_customers,
        cast(sum(sales.revenue) as decimal(18, 2)) as revenue
    from {{ ref('sales_events') }} as sales
    inner join buyers on sales.known_customer_key = buyers.customer_key
    group by
        {{ 'buyers.' ~ dimension ~ ',' if dimension }}
        buyers.cohort_month,
        greatest(buyers.cohort_month, cast({{ dbt.date_trunc('month', 'sales.event_date') }} as date))
),

filled as (
    select
        cells.*,
        coalesce(bought.active_customers, 0) as active_customers,
        cast(coalesce(bought.revenue, 0) as decimal(18, 2)) as revenue
    from cells
    left join bought on {{ also }}cells.cohort_month = bought.cohort_month and cells.month_start = bought.month_start
)

select
    {{ by }}
    cohort_month,
    months_since,
    is_complete,
    cohort_size,
    active_customers,
    {{ ratio('active_customers', 'cohort_size') }} as retention_rate,
    revenue,
    {{ ratio('revenue', 'first_value(revenue) over (partition by ' ~ by ~ 'cohort_month order by months_since)') }} as revenue_retention_rate,
    cast(sum(revenue) over (partition by {{ by }}cohort_month order by months_since rows unbounded preceding) as decimal(18, 2)) as cumulative_revenue
from filled
{%- endmacro %}
