-- Grain: deal_id, line_no.
-- One line of a deal.
with product_rows as (
    select * from {{ ref('base_bitrix24__crm_item_productrow') }} where row_status = 'accepted' and owner_type = 'd'
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    owner_id as deal_id,
    row_number() over (partition by owner_id order by sort nulls last, row_id) as line_no,
    product_id,
    product_name,
    quantity,
    -- decimals: a product of doubles would round half a kopeck either way
    -- nought is a price only where a discount made it: else the CRM knows none
    case
        when price <> 0 or discount_rate >= 100 or discount_sum > 0
            then cast(round(cast(price as decimal(18, 4)) * cast(quantity as decimal(18, 4)), 2) as decimal(18, 2))
    end as amount,
    cast(null as decimal(18, 2)) as cost,
    loaded_at,
    'accepted' as row_status
from product_rows
