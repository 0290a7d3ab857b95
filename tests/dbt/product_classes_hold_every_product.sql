-- Proves that the classes of each month hold every product sold in its months once, and all their revenue; that equal products share a class; and
-- that no product stands in a better class of revenue than one that brought more, or of demand than one that swings less.
with sold as (
    select
        periods.period_start as month_start,
        sales.product,
        sum(sales.revenue) as revenue
    from {{ ref('periods') }} as periods
    inner join {{ ref('sales_events') }} as sales
        on {{ dbt.dateadd('month', 1 - var('product_class_months'), 'periods.period_start') }} <= sales.event_date
        and periods.period_end >= sales.event_date
    where periods.period_grain = 'month' and periods.period_start in (select month_start from {{ ref('product_classes') }})
    group by periods.period_start, sales.product
    having sum(sales.units) > 0
),

ranked as (
    select
        *,
        max(revenue) over (partition by month_start) as most,
        sum(case when revenue > 0 then revenue_share end) over (partition by month_start) as shares
    from {{ ref('product_classes') }}
)

select 'products or their revenue are missing, or too many' as what, coalesce(sold.month_start, classes.month_start) as month_start
from sold
full outer join {{ ref('product_classes') }} as classes on sold.month_start = classes.month_start and sold.product = classes.product
where sold.revenue is null or classes.revenue is null or sold.revenue <> classes.revenue

union all

select 'the largest is not A, or the shares are not the whole', month_start
from ranked
where (revenue = most and revenue > 0 and abc_class <> 'A') or abs(shares - 1) > 0.000001

union all

select 'a class of revenue reaches into the better one', above.month_start
from ranked as above
inner join ranked as below on above.month_start = below.month_start and above.abc_class < below.abc_class and above.revenue <= below.revenue

union all

select 'a class of demand reaches into the better one', above.month_start
from ranked as above
inner join ranked as below
    on above.month_start = below.month_start and above.xyz_class < below.xyz_class and above.demand_variation >= below.demand_variation
