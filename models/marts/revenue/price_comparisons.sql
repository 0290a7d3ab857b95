-- Grain: event_id, line_no, competitor.
-- One sold line and one competitor whose price for the product was known by then: the line at our price and at the competitor's.
select
    sold.event_date,
    sold.event_id,
    sold.sale_id,
    sold.line_no,
    sold.product,
    sold.product_group,
    prices.competitor,
    sold.units,
    cast(sold.revenue as double) as own_price_weighted,
    cast(sold.units * prices.price_base as double) as competitor_price_weighted
from {{ ref('sales_events') }} as sold
inner join {{ ref('fct_competitor_prices') }} as prices
    on sold.product = prices.product_id
    and sold.event_date >= prices.observed_on and sold.event_date < prices.next_observed_on
where sold.event = 'sale' and sold.units > 0 and prices.price_base is not null
