-- Grain: one payment that was returned.
with payments as (
    select * from {{ ref('base_bitrix_shop__sale_payment') }} where row_status = 'accepted'
)

select
    'bitrix_shop' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    payment_id as refund_id,
    order_id,
    -- the shop knows the day only: its first moment
    {{ local_to_utc('cast(returned_on as timestamp)') }} as refunded_at,
    amount,
    currency,
    loaded_at,
    row_status
from payments
where is_returned
