-- Grain: order_id, line_no.
-- One line of an order; the lines of carts that became no order are left out.
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
    -- nought is a price only where a discount or a person made it: else the shop knows none
    case
        when price <> 0 or discount > 0 or is_price_set
            then cast(round(cast(price as decimal(18, 4)) * cast(quantity as decimal(18, 4)), 2) as decimal(18, 2))
    end as amount,
    cast(null as decimal(18, 2)) as cost,
    loaded_at,
    row_status
from items
