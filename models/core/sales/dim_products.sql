-- Grain: product_id.
-- One product, and one for each product id that lines name but no product table knows.
with products as (
    select * from {{ ref('products') }}
),

named as (
    select product_id, product_name from {{ ref('deal_lines') }} where product_id is not null
    union all
    select product_id, product_name from {{ ref('order_lines') }} where product_id is not null
    union all
    select product_id, null from {{ ref('contracts') }} where product_id is not null
),

unknown as (
    select named.product_id, min(named.product_name) as product_name
    from named
    left join products on named.product_id = products.product_id
    where products.product_id is null
    group by named.product_id
)

select
    products.product_id,
    coalesce(products.name, {{ source_id('products.product_id') }}) as product_name,
    {{ known('products.product_group') }} as product_group,
    products.price,
    products.unit_cost,
    coalesce(upper(products.currency), '{{ var("base_currency") }}') as currency,
    true as is_known
from products

union all

select
    product_id, coalesce(product_name, {{ source_id('product_id') }}),
    '{{ var("unknown_member") }}', null, null, '{{ var("base_currency") }}', false
from unknown
