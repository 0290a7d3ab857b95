-- Grain: sale_id.
-- One deal or order that has lines, with their sum and the day from whose end on they are known: the day before their first load.
select
    concat('deal:', deal_id) as sale_id,
    cast(sum(amount) as decimal(18, 2)) as lines_amount,
    cast({{ dbt.dateadd('day', -1, local_date('min(loaded_at)')) }} as date) as told_from
from {{ ref('deal_lines') }}
group by deal_id
union all
select
    concat('order:', order_id),
    cast(sum(amount) as decimal(18, 2)),
    cast({{ dbt.dateadd('day', -1, local_date('min(loaded_at)')) }} as date)
from {{ ref('order_lines') }}
group by order_id
