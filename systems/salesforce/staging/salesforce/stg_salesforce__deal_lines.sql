-- Grain: deal_id, line_no.
-- One line of an opportunity.
with lines as (
    select * from {{ ref('base_salesforce__opportunity_line_item') }} where row_status = 'accepted'
),

products as (
    select product_id, name from {{ ref('base_salesforce__product_2') }} where row_status = 'accepted'
)

select
    'salesforce' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    lines.deal_id,
    row_number() over (partition by lines.deal_id order by lines.position nulls last, lines.line_id) as line_no,
    lines.product_id,
    coalesce(products.name, lines.product_name) as product_name,
    lines.quantity,
    lines.amount,
    cast(null as decimal(18, 2)) as cost,
    lines.loaded_at,
    'accepted' as row_status
from lines
left join products on lines.product_id = products.product_id
