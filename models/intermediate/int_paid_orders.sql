-- Grain: one order that was paid before the as-of day, as a sale, with the won deal that it is the same sale as (null: none).
with orders as (
    select
        *,
        case
            when status in ('paid', 'refunded') then coalesce(paid_at, created_at)
            when status = 'cancelled' then null
            else paid_at
        end as sold_at
    from {{ ref('orders') }}
),

-- a cancelled order whose money went back was a sale and a refund; one without a refund was none
refunded as (
    select distinct order_id from {{ ref('refunds') }}
),

sold as (
    select
        orders.*,
        case when orders.status = 'cancelled' and refunded.order_id is not null then orders.paid_at else orders.sold_at end as paid_moment
    from orders
    left join refunded on orders.order_id = refunded.order_id
),

won_deals as (
    select deal_id, order_id from {{ ref('fct_deals') }} where won_at is not null
),

by_order_id as (
    select order_id, min(deal_id) as deal_id from won_deals where order_id is not null group by order_id
)

select
    sold.*,
    coalesce(by_deal_id.deal_id, by_order_id.deal_id) as same_sale_deal_id
from sold
left join won_deals as by_deal_id on sold.deal_id = by_deal_id.deal_id
left join by_order_id on sold.order_id = by_order_id.order_id
where sold.paid_moment < {{ cutoff() }}
