-- Grain: product_id.
-- One product.
select
    'salesforce' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    product_id,
    name,
    product_group,
    cast(null as decimal(18, 2)) as price,
    cast(null as decimal(18, 2)) as unit_cost,
    currency,
    loaded_at,
    row_status
from {{ ref('base_salesforce__product_2') }}
where row_status = 'accepted'
