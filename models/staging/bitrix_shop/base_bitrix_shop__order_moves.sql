-- Grain: payment_id, direction.
-- One movement of an order's money, a payment that came or one that went back, at its moment.
-- Money of an earlier order under the same number, which is rejected, is left out: it moved before the later order was made.
with orders_anew as (
    select distinct orders.order_id, {{ local_date('orders.created_at') }} as made_on
    from {{ ref('base_bitrix_shop__sale_order') }} as orders
    inner join {{ ref('base_bitrix_shop__sale_order') }} as earlier on orders.order_id = earlier.order_id
    where orders.row_status = 'accepted' and earlier.row_problem like '%: another record, made on %'
),

payments as (
    select
        payment_id,
        order_id,
        amount,
        currency,
        paid_at,
        is_returned,
        -- the shop knows the day only: its first moment
        {{ local_to_utc('cast(returned_on as timestamp)') }} as return_day_starts_at
    from {{ ref('base_bitrix_shop__sale_payment') }}
    where row_status = 'accepted' and (is_paid or is_returned)
),

all_moves as (
    select order_id, payment_id, currency, 'in' as direction, amount, amount as change, coalesce(paid_at, return_day_starts_at) as moved_at
    from payments
    union all
    -- money goes back after it came, were it on the same day
    select order_id, payment_id, currency, 'out', amount, -amount, greatest(return_day_starts_at, coalesce(paid_at, return_day_starts_at))
    from payments
    where is_returned
)

select all_moves.*
from all_moves
left join orders_anew on all_moves.order_id = orders_anew.order_id and {{ local_date('all_moves.moved_at') }} < orders_anew.made_on
where orders_anew.order_id is null
