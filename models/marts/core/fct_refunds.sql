-- Grain: one refund of a sale before the as-of day.  A refund of an order that nobody knows stands alone, with unknown dimensions.
with orders as (
    select * from {{ ref('orders') }}
),

paid_orders as (
    select * from {{ ref('int_paid_orders') }}
),

recorded as (
    select
        refund_id,
        order_id,
        source_system,
        refunded_at,
        amount,
        coalesce(upper(currency), '{{ var("base_currency") }}') as currency
    from {{ ref('refunds') }}
    where refunded_at < {{ cutoff() }}
),

-- an order that its source calls refunded, without a record of the refund, went back whole when it was paid, for want of a better day
implied as (
    select
        concat('order:', paid_orders.order_id) as refund_id,
        paid_orders.order_id,
        paid_orders.source_system,
        paid_orders.paid_moment as refunded_at,
        coalesce(paid_orders.amount, lines.lines_amount) as amount,
        coalesce(upper(paid_orders.currency), '{{ var("base_currency") }}') as currency
    from paid_orders
    left join {{ ref('int_line_totals') }} as lines on concat('order:', paid_orders.order_id) = lines.sale_id
    left join (select distinct order_id from {{ ref('refunds') }}) as known on paid_orders.order_id = known.order_id
    where paid_orders.status = 'refunded' and known.order_id is null
),

all_refunds as (
    select * from recorded
    union all
    select * from implied
),

dated as (
    select
        all_refunds.*,
        {{ local_date('all_refunds.refunded_at') }} as refunded_on,
        case
            when paid_orders.same_sale_deal_id is not null then concat('deal:', paid_orders.same_sale_deal_id)
            when paid_orders.order_id is not null then concat('order:', paid_orders.order_id)
        end as sale_id
    from all_refunds
    left join paid_orders on all_refunds.order_id = paid_orders.order_id
    left join orders on all_refunds.order_id = orders.order_id
    -- money cannot go back that never came in
    where paid_orders.order_id is not null or orders.order_id is null
)

select
    dated.refund_id,
    dated.order_id,
    dated.sale_id,
    dated.source_system,
    dated.refunded_at,
    dated.refunded_on,
    dated.amount,
    dated.currency,
    {{ to_base('dated.amount', 'rates') }} as amount_base
from dated
{{ join_rate('rates', 'dated.currency', 'dated.refunded_on') }}
