-- Grain: one line of an order; the lines of carts that became no order are left out.
with items as (
    select * from {{ ref('base_bitrix_shop__sale_basket_item') }} where row_status = 'accepted' and order_id is not null
)

select
    'bitrix_shop' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    order_id,
    row_number() over (partition by order_id order by position nulls last, item_id) as line_no,
    product_id,
    product_name,
    quantity,
    cast(round(cast(price as decimal(18, 4)) * cast(quantity as decimal(18, 4)), 2) as decimal(18, 2)) as amount,
    cast(null as decimal(18, 2)) as cost,
    loaded_at,
    row_status
from items
