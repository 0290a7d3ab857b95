-- Grain: _raw_file, _raw_row; of accepted rows product_id.
-- One raw row of bitrix24/catalog_product, with its row status, as a product.
with validated as (
    select * from {{ ref('base_bitrix24__catalog_product') }}
),

sections as (
    select section_id, name from {{ ref('base_bitrix24__catalog_section') }} where row_status = 'accepted'
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    validated.product_id,
    validated.name,
    sections.name as product_group,
    cast(null as decimal(18, 2)) as price,
    -- the catalogue writes nought where it knows no purchase price
    nullif(validated.unit_cost, 0) as unit_cost,
    validated.currency,
    validated.loaded_at,
    validated._raw_file,
    validated._raw_row,
    validated.row_status,
    validated.row_problem,
    validated.row_remark
from validated
left join sections on validated.section_id = sections.section_id
