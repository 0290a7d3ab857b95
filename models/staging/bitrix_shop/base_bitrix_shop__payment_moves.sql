-- Grain: payment_id, direction.
-- One movement of an order's money with the balance after it and the highest balance from then on: below that the order never fell again,
-- so what went back below it stayed away, and the rest of a return was paid once more.
-- Of an order paid twice the second payment of the whole price raises no balance, and its return lowers none.
with moves as (
    select * from {{ ref('base_bitrix_shop__order_moves') }}
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
    inner join moves on prices.order_id = moves.order_id and prices.price = moves.amount
    where moves.direction = 'in' and prices.price > 0 and prices.price = prices.highest_price
    group by prices.order_id, prices.price
    having count(*) > 1
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
