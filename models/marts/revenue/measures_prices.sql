-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of prices, repeat sales, large customers and selling costs, period, dimension and member.
with prices as (
    {{ period_measures(
        ref('price_comparisons'),
        dimensions=['product_group', 'competitor'],
        coarse=['product'],
        sums=['own_price_weighted', 'competitor_price_weighted']
    ) }}
),

repeat_sales as (
    {{ period_measures(
        ref('repeat_sales'),
        dimensions=['manager', 'product_group', 'sale_kind'],
        per_period={
            'sales_to_existing': 'count(distinct sale_id)',
            'sales_upsold': 'count(distinct upsold_sale_id)',
            'sales_with_upsell': 'count(distinct upsell_sale_id)',
            'sales_with_cross_sell': 'count(distinct cross_sell_sale_id)'
        }
    ) }}
),

costs as (
    {{ period_measures(ref('sales_costs'), dimensions=['team'], sums=['sales_expenses']) }}
)

select * from prices
union all
select * from repeat_sales
union all
select * from costs
union all
select 'top_customers_revenue', period_grain, period_start, dimension, dimension_key, cast(sum(revenue) as double)
from {{ ref('top_customer_revenue') }}
group by period_grain, period_start, dimension, dimension_key
