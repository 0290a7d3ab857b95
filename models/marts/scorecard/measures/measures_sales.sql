-- Grain: one measure of sales, period, dimension and member.
{{ period_measures(
    ref('sales_events'),
    dimensions=['channel', 'product_group', 'region', 'manager', 'team', 'customer_segment', 'source_system', 'point_of_sale'],
    coarse=['product'],
    sums=['revenue', 'unit_revenue', 'units', 'costed_revenue', 'cost_of_goods', 'gross_profit'],
    per_period={
        'sales_count': 'count(distinct sold_sale_id)',
        'customers_paying': "count(distinct case when event = 'sale' then known_customer_key end)",
        'new_customer_revenue': "sum(case when " ~ period_start('period_grain', 'customer_first_sale_on') ~ " = period_start then revenue end)"
    }
) }}
