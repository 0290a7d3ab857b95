-- Grain: one deal or order that has lines, with their sum.
select concat('deal:', deal_id) as sale_id, cast(sum(amount) as decimal(18, 2)) as lines_amount
from {{ ref('deal_lines') }}
group by deal_id
union all
select concat('order:', order_id), cast(sum(amount) as decimal(18, 2))
from {{ ref('order_lines') }}
group by order_id
