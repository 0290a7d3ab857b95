-- Proves that the lines of a sale are the sale, no more and no less, to the last kopeck, in its own currency and in the base currency.
select
    sales.sale_id,
    sales.amount,
    sum(lines.amount) as lines_amount,
    sales.amount_base,
    sum(lines.amount_base) as lines_amount_base
from {{ ref('fct_sales') }} as sales
left join {{ ref('fct_sale_lines') }} as lines on sales.sale_id = lines.sale_id
group by sales.sale_id, sales.amount, sales.amount_base
having
    coalesce(sales.amount, 0) <> coalesce(sum(lines.amount), 0)
    or coalesce(sales.amount_base, 0) <> coalesce(sum(lines.amount_base), 0)
    or count(lines.sale_id) = 0
