-- Grain: sale_id, line_no.
-- One line of a sale.  What the lines leave unexplained of the sale's amount (delivery, a discount on the whole) is a line of its
-- own, so the lines add up to the sale; rounding runs along the sum, so they do so to the last kopeck in the base currency too.
with sales as (
    select * from {{ ref('fct_sales') }}
),

deals_with_lines as (
    select distinct deal_id from {{ ref('deal_lines') }}
),

-- a deal without lines of its own shows those of the order that is the same sale
lines as (
    select concat('deal:', deal_id) as sale_id, line_no, product_id, quantity, amount, cost
    from {{ ref('deal_lines') }}
    union all
    select concat('order:', order_id), line_no, product_id, quantity, amount, cost
    from {{ ref('order_lines') }}
    union all
    select concat('deal:', orders.same_sale_deal_id), lines.line_no, lines.product_id, lines.quantity, lines.amount, lines.cost
    from {{ ref('order_lines') }} as lines
    inner join {{ ref('int_paid_orders') }} as orders on lines.order_id = orders.order_id
    left join deals_with_lines on orders.same_sale_deal_id = deals_with_lines.deal_id
    where orders.same_sale_deal_id is not null and deals_with_lines.deal_id is null
),

itemised as (
    select
        sales.sale_id,
        row_number() over (partition by sales.sale_id order by lines.line_no, lines.product_id, lines.amount) as line_no,
        lines.product_id,
        lines.quantity,
        -- the only line of a sale, where it tells no amount, is the whole sale
        coalesce(lines.amount, case when count(*) over (partition by sales.sale_id) = 1 then sales.amount end) as told_amount,
        lines.cost
    from sales
    inner join lines on sales.sale_id = lines.sale_id
),

explained as (
    select sale_id, coalesce(sum(told_amount), 0) as amount, max(line_no) as last_line_no from itemised group by sale_id
),

remainders as (
    select
        sales.sale_id,
        coalesce(explained.last_line_no, 0) + 1 as line_no,
        '(not itemised)' as product_id,
        cast(null as double) as quantity,
        cast(coalesce(sales.amount, 0) - coalesce(explained.amount, 0) as decimal(18, 2)) as told_amount,
        cast(null as decimal(18, 2)) as cost
    from sales
    left join explained on sales.sale_id = explained.sale_id
    where explained.sale_id is null or coalesce(sales.amount, 0) <> explained.amount
),

all_lines as (
    select * from itemised
    union all
    select * from remainders
),

running as (
    select
        *,
        coalesce(told_amount, 0) as amount,
        cast(sum(coalesce(told_amount, 0)) over (partition by sale_id order by line_no rows unbounded preceding) as decimal(18, 2))
            as amount_so_far
    from all_lines
),

valued as (
    select
        running.*,
        sales.currency,
        products.product_group,
        {{ to_base('running.amount_so_far', 'rates') }} - {{ to_base('(running.amount_so_far - running.amount)', 'rates') }} as base_amount,
        coalesce({{ to_base('running.cost', 'rates') }}, {{ to_base('products.unit_cost * cast(running.quantity as decimal(18, 4))', 'cost_rates') }})
            as base_cost
    from running
    inner join sales on running.sale_id = sales.sale_id
    left join {{ ref('dim_products') }} as products on running.product_id = products.product_id
    {{ join_rate('rates', 'sales.currency', 'sales.sold_on') }}
    {{ join_rate('cost_rates', 'products.currency', 'sales.sold_on') }}
),

-- what brings no known money has no known profit either
matched as (
    select
        *,
        case when told_amount is not null then base_amount end as amount_base,
        case when told_amount is not null and base_amount is not null then base_cost end as cost_base
    from valued
)

select
    sale_id,
    line_no,
    {{ known('product_id') }} as product_id,
    case when product_id = '(not itemised)' then '(not itemised)' else {{ known('product_group') }} end as product_group,
    quantity,
    amount,
    currency,
    amount_so_far,
    amount_base,
    -- a discount on the whole takes from the profit of the lines
    case
        when product_id = '(not itemised)' and amount < 0 and max(cost_base) over (partition by sale_id) is not null then 0
        else cost_base
    end as cost_base
from matched
