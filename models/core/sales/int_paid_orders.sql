-- Grain: order_id.
-- One order that was paid before the as-of day, as a sale, with the won deal that it is the same sale as (null: none).
with same_sales as (
    select
        links.order_id,
        links.deal_id,
        row_number() over (partition by links.order_id order by links.priority, links.deal_id) as row_no
    from {{ ref('int_order_deals') }} as links
    inner join {{ ref('fct_deals') }} as deals on links.deal_id = deals.deal_id
    where deals.won_at is not null
)

select
    sold.*,
    same_sales.deal_id as same_sale_deal_id
from {{ ref('int_sold_orders') }} as sold
left join same_sales on sold.order_id = same_sales.order_id and same_sales.row_no = 1
