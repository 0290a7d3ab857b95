-- Grain: order_id.
-- One order.
with orders as (
    select * from {{ ref('base_bitrix_shop__sale_order') }} where row_status = 'accepted'
),

payments as (
    select * from {{ ref('base_bitrix_shop__order_payments') }}
),

properties as (
    select * from {{ ref('base_bitrix_shop__order_properties') }}
),

deals as (
    select order_id, owner_id as deal_id
    from {{ ref('base_bitrix_shop__crm_order_entity') }}
    where row_status = 'accepted' and owner_type_id = '2'
)

select
    'bitrix_shop' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    orders.order_id,
    orders.order_number,
    orders.created_at,
    -- part of the money is no sale yet; money that went back after the whole price had come has been one
    case when orders.is_paid or payments.is_covered then payments.paid_at end as paid_at,
    case
        when orders.is_cancelled then 'cancelled'
        when payments.is_covered and payments.kept_amount = 0 then 'refunded'
        when orders.is_paid or payments.is_covered then 'paid'
        else 'new'
    end as status,
    coalesce(payments.sold_amount, orders.amount) as amount,
    orders.currency,
    case when orders.user_id is not null then concat('user_', orders.user_id) end as customer_id,
    orders.employee_id,
    deals.deal_id,
    properties.cart_id,
    cast(null as {{ dbt.type_string() }}) as visit_id,
    properties.ym_client_id as web_client_id,
    properties.utm_source,
    properties.utm_medium,
    properties.utm_campaign,
    properties.landing_page,
    nullif(concat_ws('&', 'yclid=' || properties.yclid, 'gclid=' || properties.gclid), '') as click_id,
    properties.region,
    properties.point_of_sale,
    properties.email,
    properties.phone,
    orders.loaded_at,
    orders.row_status
from orders
left join payments on orders.order_id = payments.order_id
left join properties on orders.order_id = properties.order_id
left join deals on orders.order_id = deals.order_id
