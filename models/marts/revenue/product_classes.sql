-- Grain: month_start, product.
-- One month that is over and one product sold in it or in the months before it (product_class_months in all): its class by its part of the revenue
-- (ABC) and by how much its demand swings from month to month (XYZ).  Equal products share a class.
{%- set months_back = var('product_class_months') - 1 %}
with months as (
    select
        periods.period_start as month_start,
        cast({{ dbt.dateadd('month', -months_back, 'periods.period_start') }} as date) as window_start
    from {{ ref('periods') }} as periods
    inner join {{ ref('subject_starts') }} as starts
        on starts.subject = 'sales_events' and starts.first_day <= {{ dbt.dateadd('month', -months_back, 'periods.period_start') }}
    where periods.period_grain = 'month' and periods.is_complete
),

demand as (
    select
        product,
        max(product_group) as product_group,
        cast({{ dbt.date_trunc('month', 'event_date') }} as date) as sold_month,
        coalesce(sum(units), 0) as units,
        sum(revenue) as revenue
    from {{ ref('sales_events') }}
    group by product, cast({{ dbt.date_trunc('month', 'event_date') }} as date)
),

first_sold as (
    select product, min(sold_month) as first_month from demand where units > 0
    group by product
),

sold as (
    select
        months.month_start,
        demand.product,
        max(demand.product_group) as product_group,
        sum(demand.units) as units,
        sum(demand.units * demand.units) as units_squared,
        cast(sum(demand.revenue) as decimal(18, 2)) as revenue,
        -- a product is not blamed for the months before it was first sold
        max(1 + {{ dbt.datediff('greatest(months.window_start, first_sold.first_month)', 'months.month_start', 'month') }}) as months_known
    from months
    inner join demand on months.window_start <= demand.sold_month and months.month_start >= demand.sold_month
    inner join first_sold on demand.product = first_sold.product
    group by months.month_start, demand.product
    having sum(demand.units) > 0
),

measured as (
    select
        *,
        sum(greatest(revenue, 0)) over (partition by month_start) as all_revenue,
        sum(greatest(revenue, 0)) over (partition by month_start order by revenue desc range unbounded preceding)
        - sum(greatest(revenue, 0)) over (partition by month_start, revenue) as revenue_above,
        case when months_known >= {{ var('xyz_months_needed') }}
            then round(sqrt(greatest(units_squared / months_known - power(units / months_known, 2), 0)) * months_known / units, 6)
        end as demand_variation
    from sold
)

select
    month_start,
    product,
    product_group,
    units,
    revenue,
    {{ ratio('greatest(revenue, 0)', 'all_revenue') }} as revenue_share,
    case
        when revenue > 0 and revenue_above < {{ var('abc_shares')[0] }} * all_revenue then 'A'
        when revenue > 0 and revenue_above < {{ var('abc_shares')[1] }} * all_revenue then 'B'
        else 'C'
    end as abc_class,
    cast(months_known as {{ dbt.type_bigint() }}) as months_known,
    demand_variation,
    case
        when demand_variation <= {{ var('xyz_variations')[0] }} then 'X'
        when demand_variation <= {{ var('xyz_variations')[1] }} then 'Y'
        when demand_variation is not null then 'Z'
    end as xyz_class
from measured
