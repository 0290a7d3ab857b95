-- Grain: refund_id.
-- One payment that was returned and, as far as its amount goes, not paid again later.  What went back of an order that never had been
-- paid whole is no refund: it was no sale either.
with returns as (
    select * from {{ ref('base_bitrix_shop__payment_moves') }} where direction = 'out' and stayed_away > 0
)

select
    'bitrix_shop' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    returns.payment_id as refund_id,
    returns.order_id,
    returns.moved_at as refunded_at,
    returns.stayed_away as amount,
    coalesce(returns.currency, orders.currency) as currency,
    payments.is_cut as order_was_cut,
    orders.loaded_at,
    'accepted' as row_status
from returns
inner join {{ ref('base_bitrix_shop__order_payments') }} as payments on returns.order_id = payments.order_id
inner join {{ ref('base_bitrix_shop__sale_order') }} as orders on returns.order_id = orders.order_id and orders.row_status = 'accepted'
where payments.is_covered
