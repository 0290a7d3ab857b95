-- Grain: order_id.
-- One order that was paid before the as-of day, as a sale: when that was, what it brought, and the won deal that it is the same sale as
-- (same_sale_deal_id; null: none).  One of less than nothing is a return (int_returns).
with same_sales as (
    select
        links.order_id,
        links.deal_id,
        row_number() over (partition by links.order_id order by links.priority, links.deal_id) as row_no
    from {{ ref('int_order_deals') }} as links
    inner join {{ ref('int_deal_states') }} as states on links.deal_id = states.deal_id
    where states.won_at is not null
),

paid as (
    select
        orders.*,
        coalesce(orders.amount, lines.lines_amount) as paid_amount,
        case
            when orders.status in ('paid', 'refunded') then coalesce(orders.paid_at, {{ end_of_told_day('orders.created_at') }})
            -- a cancelled order whose money went back was a sale and a refund; one without a refund was none
            when orders.status <> 'cancelled' or orders.status is null or refunded.order_id is not null then orders.paid_at
        end as paid_moment
    from {{ ref('orders') }} as orders
    left join (select distinct order_id from {{ ref('refunds') }}) as refunded on orders.order_id = refunded.order_id
    left join {{ ref('int_line_totals') }} as lines on concat('order:', orders.order_id) = lines.sale_id
    where coalesce(orders.amount, 0) >= 0
)

select
    paid.order_id,
    same_sales.deal_id as same_sale_deal_id,
    paid.source_system,
    paid.status,
    paid.created_at,
    -- an order with a day and no time was made by the end of that day
    {{ end_of_told_day('paid.created_at') }} as decided_at,
    paid.paid_moment,
    {{ local_date('paid.paid_moment') }} as paid_on,
    paid.employee_id,
    paid.region,
    paid.point_of_sale,
    paid.web_client_id,
    paid.cart_id,
    paid.paid_amount as amount,
    coalesce(upper(paid.currency), '{{ var("base_currency") }}') as currency,
    {{ to_base('paid.paid_amount', 'rates') }} as amount_base
from paid
left join same_sales on paid.order_id = same_sales.order_id and same_sales.row_no = 1
{{ join_rate('rates', 'paid.currency', local_date('paid.paid_moment')) }}
where paid.paid_moment < {{ cutoff() }}
