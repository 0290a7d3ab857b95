-- Grain: customer_id.
-- One customer of the shop, with what their latest order that says so tells of them.
with orders as (
    select
        *,
        row_number() over (partition by customer_id order by created_at, order_id) as order_no
    from {{ ref('stg_bitrix_shop__orders') }}
    where customer_id is not null
)

select
    'bitrix_shop' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    customer_id,
    'person' as kind,
    cast(null as {{ dbt.type_string() }}) as name,
    -- the shop knows where an order went, not where its customer belongs
    cast(null as {{ dbt.type_string() }}) as region,
    cast(null as {{ dbt.type_string() }}) as city,
    cast(null as {{ dbt.type_string() }}) as country,
    cast(null as {{ dbt.type_string() }}) as segment,
    min(created_at) as created_at,
    max_by(email, order_no) filter (where email is not null) as email,
    max_by(phone, order_no) filter (where phone is not null) as phone,
    max_by(web_client_id, order_no) filter (where web_client_id is not null) as web_client_id,
    cast(null as {{ dbt.type_string() }}) as merged_into_id,
    cast(null as {{ dbt.type_string() }}) as company_id,
    max(loaded_at) as loaded_at,
    'accepted' as row_status
from orders
group by customer_id
