-- Grain: payment_id.
-- One payment of an order that came, or with a minus the same one that went back.  An order that the shop made for an invoice of the CRM pays that.
with moves as (
    select * from {{ ref('base_bitrix_shop__order_moves') }}
),

orders as (
    select * from {{ ref('base_bitrix_shop__sale_order') }} where row_status = 'accepted'
),

owners as (
    select
        order_id,
        max(case when owner_type_id = '2' then owner_id end) as deal_id,
        max(case when owner_type_id = '31' then owner_id end) as invoice_id
    from {{ ref('base_bitrix_shop__crm_order_entity') }}
    where row_status = 'accepted'
    group by order_id
)

select
    'bitrix_shop' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    case when moves.direction = 'out' then moves.payment_id || ' back' else moves.payment_id end as payment_id,
    -- of a payment without its day the shop tells no more than the order's
    coalesce(moves.moved_at, orders.created_at) as paid_at,
    moves.change as amount,
    coalesce(moves.currency, orders.currency) as currency,
    owners.invoice_id,
    moves.order_id,
    owners.deal_id,
    case when orders.user_id is not null then concat('user_', orders.user_id) end as customer_id,
    orders.employee_id,
    orders.loaded_at,
    'accepted' as row_status
from moves
inner join orders on moves.order_id = orders.order_id
left join owners on moves.order_id = owners.order_id
