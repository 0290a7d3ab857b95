-- Grain: sale_id, line_no.
-- One line that a source records of a deal or an order, under the deal's or the order's sale; a deal without lines of its own has those
-- of the order that is the same sale.
with deal_lines as (
    select * from {{ ref('deal_lines') }}
),

order_lines as (
    select * from {{ ref('order_lines') }}
),

lines as (
    select concat('deal:', deal_id) as sale_id, line_no, product_id, quantity, amount, cost from deal_lines
    union all
    select concat('order:', order_id), line_no, product_id, quantity, amount, cost from order_lines
    union all
    select concat('deal:', orders.same_sale_deal_id), lines.line_no, lines.product_id, lines.quantity, lines.amount, lines.cost
    from order_lines as lines
    inner join {{ ref('int_paid_orders') }} as orders on lines.order_id = orders.order_id
    left join (select distinct deal_id from deal_lines) as deals_with_lines on orders.same_sale_deal_id = deals_with_lines.deal_id
    where orders.same_sale_deal_id is not null and deals_with_lines.deal_id is null
)

select
    sale_id,
    row_number() over (partition by sale_id order by line_no, product_id, amount) as line_no,
    product_id,
    quantity,
    amount,
    cost,
    count(*) over (partition by sale_id) = 1 as is_only_line
from lines
