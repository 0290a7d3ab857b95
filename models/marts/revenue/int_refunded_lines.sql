-- Grain: refund_id, line_no.
-- One refund and one line of its sale: what goes back of the line's revenue and of its cost.
with sales as (
    select * from {{ ref('fct_sales') }}
),

lines as (
    select * from {{ ref('fct_sale_lines') }}
),

-- what is left of an order that was cut holds nothing of what went back: that was in the rest, if it is as large
rests as (
    select sale_id, amount from lines where product_id = '(not itemised)'
),

sorted as (
    select
        refunds.*,
        coalesce(refunds.order_was_cut and rests.amount >= refunds.amount, false) as is_of_rest
    from {{ ref('fct_refunds') }} as refunds
    left join rests on refunds.sale_id = rests.sale_id
),

-- the share that went back, in the sale's own money: a rate that has moved since changes no share
shares as (
    select
        sorted.*,
        sales.amount as sale_amount,
        coalesce(case
            when sorted.is_of_rest then 0
            when sorted.currency = sales.currency then {{ ratio('sorted.amount', 'sales.amount') }}
            else {{ ratio('sorted.amount_base', 'sales.amount_base') }}
        end, 0) as share
    from sorted
    inner join sales on sorted.sale_id = sales.sale_id
),

running as (
    select
        *,
        sum(share) over (partition by sale_id order by refunded_on, refund_id rows unbounded preceding) as share_so_far
    from shares
),

-- a refund takes from every line in proportion; rounding runs along the sum.  One in a currency without a rate takes no known money.
parts as (
    select
        running.*,
        lines.line_no,
        lines.product_id,
        lines.product_group,
        lines.cost_base,
        case
            when running.is_of_rest then {{ flag("lines.product_id = '(not itemised)'") }}
            when running.sale_amount <> 0 then lines.amount_so_far / running.sale_amount
            else 1
        end as part_so_far,
        case
            when running.is_of_rest then 0
            when running.sale_amount <> 0 then (lines.amount_so_far - lines.amount) / running.sale_amount
            when lines.line_no = 1 then 0
            else 1
        end as part_before
    from running
    inner join lines on running.sale_id = lines.sale_id
)

select
    refund_id,
    line_no,
    sale_id,
    product_id,
    product_group,
    refunded_on,
    cast(round(coalesce(amount_base, 0) * part_so_far, 2) - round(coalesce(amount_base, 0) * part_before, 2) as decimal(18, 2)) as revenue_back,
    -- of the sale's cost no more than the whole comes back; null where the line's cost is not known
    cast(
        round(cost_base * least(1.0, share_so_far), 2) - round(cost_base * least(1.0, share_so_far - share), 2) as decimal(18, 2)
    ) as cost_back
from parts
