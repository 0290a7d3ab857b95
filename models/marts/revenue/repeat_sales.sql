-- Grain: sale_id, product_group.
-- One sale to a customer who had bought before and one product group in it, with
-- whether it sold more: a group new to the customer (cross-sell), or clearly more of one he has than he ever spent on it at once (upsell).
-- A sale that is not itemised at all counts among the sales, as one that is not known to have sold more.
with bought as (
    select
        sale_id,
        known_customer_key as customer_key,
        event_date,
        manager,
        sale_kind,
        customer_sale_no,
        product_group,
        sum(revenue) as revenue
    from {{ ref('sales_events') }}
    where event = 'sale' and known_customer_key is not null
    group by sale_id, known_customer_key, event_date, manager, sale_kind, customer_sale_no, product_group
),

itemised as (
    select
        *,
        {{ flag("product_group <> '(not itemised)'") }} as is_itemised,
        max({{ flag("product_group <> '(not itemised)'") }}) over (partition by sale_id) as has_items
    from bought
),

compared as (
    select
        *,
        max(revenue) over (
            partition by customer_key, product_group order by customer_sale_no rows between unbounded preceding and 1 preceding
        ) as most_before
    from itemised
),

judged as (
    select
        *,
        {{ flag('is_itemised = 1 and most_before is null') }} as is_cross_sell,
        {{ flag('is_itemised = 1 and revenue > most_before and revenue >= most_before * ' ~ (1 + var('upsell_from'))) }} as is_upsell
    from compared
    where customer_sale_no > 1 and is_itemised = has_items
)

select
    event_date,
    sale_id,
    customer_key,
    manager,
    sale_kind,
    product_group,
    is_cross_sell,
    is_upsell,
    case when is_cross_sell = 1 then sale_id end as cross_sell_sale_id,
    case when is_upsell = 1 then sale_id end as upsell_sale_id,
    case when is_cross_sell = 1 or is_upsell = 1 then sale_id end as upsold_sale_id
from judged
