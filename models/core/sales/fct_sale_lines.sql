-- Grain: sale_id, line_no.
-- One line of a sale.  What the lines leave unexplained of the sale's amount (delivery, a discount on the whole) is a line of its
-- own, so the lines add up to the sale; rounding runs along the sum, so they do so to the last kopeck in the base currency too.
with sales as (
    select * from {{ ref('fct_sales') }}
),

itemised as (
    select
        sales.sale_id,
        lines.line_no,
        lines.product_id,
        lines.quantity,
        -- the only line of a sale, where it tells no amount, is the whole sale
        coalesce(lines.amount, case when lines.is_only_line then sales.amount end) as told_amount,
        lines.cost
    from sales
    inner join {{ ref('int_recorded_lines') }} as lines on sales.sale_id = lines.sale_id
),

explained as (
    select sale_id, coalesce(sum(told_amount), 0) as amount, max(line_no) as last_line_no from itemised group by sale_id
),

all_lines as (
    select * from itemised
    union all
    select
        sales.sale_id, coalesce(explained.last_line_no, 0) + 1, '(not itemised)', null,
        cast(coalesce(sales.amount, 0) - coalesce(explained.amount, 0) as decimal(18, 2)), null
    from sales
    left join explained on sales.sale_id = explained.sale_id
    where explained.sale_id is null or coalesce(sales.amount, 0) <> explained.amount
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
        -- null where the line tells no amount
        cast({{ to_base('running.amount_so_far', 'rates') }}
            - {{ to_base('(running.amount_so_far - running.told_amount)', 'rates') }} as decimal(18, 2)) as amount_base,
        coalesce({{ to_base('running.cost', 'rates') }}, {{ to_base('products.unit_cost * cast(running.quantity as decimal(18, 4))', 'cost_rates') }})
            as base_cost
    from running
    inner join sales on running.sale_id = sales.sale_id
    left join {{ ref('dim_products') }} as products on running.product_id = products.product_id
    {{ join_rate('rates', 'sales.currency', 'sales.sold_on') }}
    {{ join_rate('cost_rates', 'products.currency', 'sales.sold_on') }}
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
    -- what brings no known money has no known profit either; a discount on the whole takes from the profit of the lines
    case
        when amount_base is not null and base_cost is not null then base_cost
        when
            product_id = '(not itemised)' and amount < 0
            and max(case when amount_base is not null then base_cost end) over (partition by sale_id) is not null
            then 0
    end as cost_base
from valued
