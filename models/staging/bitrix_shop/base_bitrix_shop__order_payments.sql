-- Grain: order_id.
-- One order that money came for: what was kept of it, whether the payments have ever been the whole price, and then what was sold.
with moves as (
    select * from {{ ref('base_bitrix_shop__payment_moves') }}
),

orders as (
    select order_id, amount as price, currency, coalesce(is_paid, false) as is_paid
    from {{ ref('base_bitrix_shop__sale_order') }}
    where row_status = 'accepted'
),

balances as (
    select
        moves.order_id,
        -- what was paid twice is not kept: it is in no balance
        cast(least(sum(case when moves.direction = 'out' then -moves.amount else moves.amount end), max(moves.balance)) as decimal(18, 2))
            as kept_amount,
        max(moves.balance) as peak_amount,
        max(case when moves.direction = 'in' then moves.moved_at end) as last_paid_at,
        count(case when {{ iso_currency('moves.currency') }} <> {{ iso_currency('orders.currency') }} then 1 end) as moves_in_other_currencies
    from moves
    inner join orders on moves.order_id = orders.order_id
    group by moves.order_id
),

covered as (
    select
        balances.*,
        orders.price,
        balances.peak_amount > 0
        and balances.moves_in_other_currencies = 0
        and coalesce(balances.peak_amount >= orders.price, orders.is_paid or balances.kept_amount = 0) as is_covered
    from balances
    inner join orders on balances.order_id = orders.order_id
),

-- what was paid above the price and not given back is the customer's; what went back for good was sold before
sold as (
    select
        *,
        cast(least(kept_amount, coalesce(price, kept_amount)) + peak_amount - kept_amount as decimal(18, 2)) as sold_amount
    from covered
)

select
    sold.order_id,
    sold.kept_amount,
    sold.is_covered,
    -- the price is what is left, so the order's lines no longer hold what went back
    sold.is_covered and coalesce(sold.kept_amount >= sold.price, false) as is_cut,
    case when sold.is_covered then sold.sold_amount end as sold_amount,
    case when sold.is_covered then min(case when moves.balance >= sold.sold_amount then moves.moved_at end) else max(sold.last_paid_at) end as paid_at
from sold
inner join moves on sold.order_id = moves.order_id
group by sold.order_id, sold.kept_amount, sold.is_covered, sold.price, sold.sold_amount
