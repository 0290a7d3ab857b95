-- Grain: source_system, source_account, product_id, competitor, observed_on.
-- One price of a competitor for a product of ours, which holds until he is next observed, in the base currency too, by the rate of its day.
select
    prices.source_system,
    prices.source_account,
    prices.product_id,
    prices.competitor,
    prices.observed_on,
    lead(prices.observed_on, 1, cast('9999-12-31' as date)) over (
        partition by prices.product_id, prices.competitor order by prices.observed_on
    ) as next_observed_on,
    prices.price,
    coalesce(upper(prices.currency), '{{ var("base_currency") }}') as currency,
    {{ to_base('prices.price', 'rates') }} as price_base
from {{ ref('competitor_prices') }} as prices
{{ join_rate('rates', 'prices.currency', 'prices.observed_on') }}
