-- Grain: refund_id.
-- One refund before the as-of day as its source tells of it: a record of its own, a status, or an order of less than nothing.
with paid_orders as (
    select
        *,
        case when same_sale_deal_id is not null then concat('deal:', same_sale_deal_id) else concat('order:', order_id) end as sale_id
    from {{ ref('int_paid_orders') }}
),

recorded as (
    select
        refunds.refund_id,
        refunds.order_id,
        paid_orders.sale_id,
        refunds.source_system,
        refunds.refunded_at,
        refunds.amount,
        coalesce(upper(refunds.currency), '{{ var("base_currency") }}') as currency,
        coalesce(refunds.order_was_cut, false) as order_was_cut
    from {{ ref('refunds') }} as refunds
    left join paid_orders on refunds.order_id = paid_orders.order_id
    left join {{ ref('orders') }} as orders on refunds.order_id = orders.order_id
    -- money cannot go back that never came in
    where refunds.refunded_at < {{ cutoff() }} and (paid_orders.order_id is not null or orders.order_id is null)
),

-- an order that its source calls refunded, without a record of the refund, went back whole when it was paid, for want of a better day
implied as (
    select
        concat('order:', paid_orders.order_id) as refund_id,
        paid_orders.order_id,
        paid_orders.sale_id,
        paid_orders.source_system,
        paid_orders.paid_moment as refunded_at,
        paid_orders.amount,
        paid_orders.currency,
        false as order_was_cut
    from paid_orders
    left join (select distinct order_id from {{ ref('refunds') }}) as known on paid_orders.order_id = known.order_id
    where paid_orders.status = 'refunded' and known.order_id is null
)

select * from recorded
union all
select * from implied
union all
select concat('order:', order_id), order_id, sale_id, source_system, returned_at, amount, currency, false
from {{ ref('int_returns') }}
