-- Grain: event_id, line_no, competitor.
-- One sold line and one competitor whose price for the product was known by then: the line at our price and at the competitor's.
with sold as (
    select *
    from {{ ref('sales_events') }}
    where event = 'sale' and units > 0
),

observed as (
    select
        prices.product_id,
        prices.competitor,
        prices.observed_on,
        lead(prices.observed_on, 1, cast('9999-12-31' as date)) over (
            partition by prices.product_id, prices.competitor order by prices.observed_on
        ) as next_observed_on,
        {{ to_base('prices.price', 'rates') }} as price_base
    from {{ ref('competitor_prices') }} as prices
    {{ join_rate('rates', 'prices.currency', 'prices.observed_on') }}
)

select
    sold.event_date,
    sold.event_id,
    sold.sale_id,
    sold.line_no,
    sold.product,
    sold.product_group,
    observed.competitor,
    sold.units,
    cast(sold.revenue as double) as own_price_weighted,
    cast(sold.units * observed.price_base as double) as competitor_price_weighted
from sold
inner join observed
    on sold.product = observed.product_id
    and sold.event_date >= observed.observed_on and sold.event_date < observed.next_observed_on
where observed.price_base is not null
