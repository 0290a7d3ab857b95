-- Grain: order_id.
-- One order that was paid before the as-of day.  One of less than nothing is a return (int_returns).
with orders as (
    select
        *,
        case
            when status in ('paid', 'refunded') then coalesce(paid_at, {{ end_of_told_day('created_at') }})
            when status = 'cancelled' then null
            else paid_at
        end as sold_at
    from {{ ref('orders') }}
),

-- a cancelled order whose money went back was a sale and a refund; one without a refund was none
refunded as (
    select distinct order_id from {{ ref('refunds') }}
),

sold as (
    select
        orders.*,
        case when orders.status = 'cancelled' and refunded.order_id is not null then orders.paid_at else orders.sold_at end as paid_moment
    from orders
    left join refunded on orders.order_id = refunded.order_id
)

select *
from sold
where paid_moment < {{ cutoff() }} and coalesce(amount, 0) >= 0
