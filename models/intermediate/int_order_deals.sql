-- Grain: one order and one deal that are the same sale by what either of them says: the order names the deal, or the deal the order.
with named as (
    select order_id, deal_id, 1 as priority from {{ ref('orders') }} where deal_id is not null
    union all
    select order_id, deal_id, 2 from {{ ref('deals') }} where order_id is not null
)

select
    named.order_id,
    named.deal_id,
    orders.customer_id as order_customer_id,
    deals.customer_id as deal_customer_id,
    coalesce(orders.customer_id, {{ normal_email('orders.email') }}, {{ normal_phone('orders.phone') }}) is not null as order_tells_customer,
    min(named.priority) as priority
from named
inner join {{ ref('orders') }} as orders on named.order_id = orders.order_id
inner join {{ ref('deals') }} as deals on named.deal_id = deals.deal_id
group by 1, 2, 3, 4, 5
