-- Grain: one order that has payments: how much came, how much of it went back, and when it was paid.
select
    order_id,
    sum(case when is_paid and not is_returned then amount else 0 end) as kept_amount,
    sum(case when is_returned then amount else 0 end) as returned_amount,
    coalesce(
        max(case when is_paid and not is_returned then paid_at end),
        max(case when is_returned then paid_at end)
    ) as paid_at
from (
    select order_id, amount, paid_at, coalesce(is_paid, false) as is_paid, coalesce(is_returned, false) as is_returned
    from {{ ref('base_bitrix_shop__sale_payment') }}
    where row_status = 'accepted'
) as payments
group by order_id
