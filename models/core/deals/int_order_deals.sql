-- Grain: order_id, deal_id.
-- One order and one deal that are the same sale by what either of them says: the order names the deal, or the deal the order.
with named as (
    select order_id, deal_id, 1 as priority from {{ ref('orders') }} where deal_id is not null
    union all
    select order_id, deal_id, 2 from {{ ref('deals') }} where order_id is not null
),

contact_data as (
    select distinct record from {{ ref('int_contact_ties') }} where is_tie
)

select
    named.order_id,
    named.deal_id,
    orders.customer_id as order_customer_id,
    deals.customer_id as deal_customer_id,
    orders.customer_id is not null or contact_data.record is not null as order_tells_customer,
    min(named.priority) as priority
from named
inner join {{ ref('orders') }} as orders on named.order_id = orders.order_id
inner join {{ ref('deals') }} as deals on named.deal_id = deals.deal_id
left join contact_data on concat('o:', named.order_id) = contact_data.record
group by 1, 2, 3, 4, 5
