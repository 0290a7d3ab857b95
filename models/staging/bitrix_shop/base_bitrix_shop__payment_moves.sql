-- Grain: payment_id, direction.
-- One movement of an order's money, a payment that came or one that went back, with the balance after it and the highest balance from
-- then on: below that the order never fell again, so what went back below it stayed away, and the rest of a return was paid once more.
-- Of an order paid twice the second payment of the whole price raises no balance, and its return lowers none.
-- Money of an earlier order under the same number, which is rejected, is left out: it moved before the later order was made.
with orders_anew as (
    select distinct orders.order_id, {{ local_date('orders.created_at') }} as made_on
    from {{ ref('base_bitrix_shop__sale_order') }} as orders
    inner join {{ ref('base_bitrix_shop__sale_order') }} as earlier on orders.order_id = earlier.order_id
    where orders.row_status = 'accepted' and earlier.row_problem like '%: another record, made on %'
),

payments as (
    select
        payment_id,
        order_id,
        amount,
        currency,
        paid_at,
        is_returned,
        -- the shop knows the day only: its first moment
        {{ local_to_utc('cast(returned_on as timestamp)') }} as return_day_starts_at
    from {{ ref('base_bitrix_shop__sale_payment') }}
    where row_status = 'accepted' and (is_paid or is_returned)
),

-- Two payments that are the whole price each are one and a mistake.  If the price was higher once, they may be the parts of that one.
prices as (
    select
        order_id,
        max(case when row_status = 'accepted' then amount end) as price,
        max(amount) as highest_price
    from {{ ref('base_bitrix_shop__sale_order') }}
    where row_status in ('accepted', 'superseded')
    group by order_id
),

paid_twice as (
    select prices.order_id, prices.price
    from prices
    inner join payments on prices.order_id = payments.order_id and prices.price = payments.amount
    where prices.price > 0 and prices.price = prices.highest_price
    group by prices.order_id, prices.price
    having count(*) > 1
),

all_moves as (
    select order_id, payment_id, currency, 'in' as direction, amount, amount as change, coalesce(paid_at, return_day_starts_at) as moved_at
    from payments
    union all
    -- money goes back after it came, were it on the same day
    select order_id, payment_id, currency, 'out', amount, -amount, greatest(return_day_starts_at, coalesce(paid_at, return_day_starts_at))
    from payments
    where is_returned
),

moves as (
    select all_moves.*
    from all_moves
    left join orders_anew on all_moves.order_id = orders_anew.order_id and {{ local_date('all_moves.moved_at') }} < orders_anew.made_on
    where orders_anew.order_id is null
),

summed as (
    select
        *,
        cast(sum(change) over (
            partition by order_id order by moved_at nulls first, direction, payment_id rows unbounded preceding
        ) as decimal(18, 2)) as total
    from moves
),

balanced as (
    select
        summed.*,
        least(summed.total, paid_twice.price) as balance,
        least(summed.total - summed.change, paid_twice.price) as balance_before
    from summed
    left join paid_twice on summed.order_id = paid_twice.order_id
),

peaks as (
    select
        *,
        max(balance) over (
            partition by order_id order by moved_at nulls first, direction, payment_id rows between current row and unbounded following
        ) as later_peak
    from balanced
)

select
    order_id,
    payment_id,
    currency,
    direction,
    amount,
    moved_at,
    balance,
    case when direction = 'out' then greatest(balance_before - later_peak, 0) else 0 end as stayed_away
from peaks
