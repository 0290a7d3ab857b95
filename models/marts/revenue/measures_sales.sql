-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of sales, period, dimension and member.
{{ period_measures(
    ref('sales_events'),
    dimensions=[
        'channel', 'product_group', 'region', 'manager', 'team', 'customer_segment', 'source_system', 'point_of_sale', 'sale_kind', 'cohort'
    ] + own_dimensions('sales_events'),
    coarse=['product'],
    sums=['revenue', 'known_revenue', 'unit_revenue', 'units', 'costed_revenue', 'uncosted_revenue', 'cost_of_goods', 'gross_profit'],
    per_period={
        'sales_count': 'count(distinct sold_sale_id)',
        'sales_priced': 'count(distinct priced_sale_id)',
        'customers_paying': "count(distinct case when event = 'sale' then known_customer_key end)",
        'customers_repeating': "count(distinct case when event = 'sale' and customer_second_sale_on <= period_end then known_customer_key end)",
        'customers_first_bought': "count(distinct case when event = 'sale' and customer_sale_no = 1 then known_customer_key end)",
        'new_customer_revenue': 'sum(case when customer_first_sale_on between period_start and period_end then revenue end)'
    }
) }}
