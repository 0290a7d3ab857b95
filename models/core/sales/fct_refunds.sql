-- Grain: refund_id.
-- One refund of a sale before the as-of day, as far as the sale has brought money to give back.  A refund of an order that nobody
-- knows stands alone, with unknown dimensions.
with refunds as (
    select
        *,
        {{ local_date('refunded_at') }} as refunded_on
    from {{ ref('int_refunds') }}
),

-- what each refund claims, in its sale's own money
claims as (
    select
        refunds.*,
        sales.amount as sale_amount,
        case
            when refunds.currency = sales.currency then refunds.amount
            else {{ to_base('refunds.amount', 'rates') }} * {{ ratio('sales.amount', 'sales.amount_base') }}
        end as claimed
    from refunds
    left join {{ ref('fct_sales') }} as sales on refunds.sale_id = sales.sale_id
    {{ join_rate('rates', 'refunds.currency', 'refunds.refunded_on') }}
),

running as (
    select
        *,
        coalesce(sum(claimed) over (
            partition by sale_id order by refunded_at, refund_id rows between unbounded preceding and 1 preceding
        ), 0) as claimed_before
    from claims
),

-- a sale gives back no more than it brought
given_back as (
    select
        *,
        cast(case
            when coalesce(claimed_before + claimed <= sale_amount, true) then amount
            else round(amount * least(1, {{ ratio('greatest(sale_amount - claimed_before, 0)', 'claimed') }}), 2)
        end as decimal(18, 2)) as amount_back
    from running
)

select
    given_back.refund_id,
    given_back.order_id,
    given_back.sale_id,
    given_back.source_system,
    given_back.refunded_at,
    given_back.refunded_on,
    given_back.amount_back as amount,
    given_back.currency,
    {{ to_base('given_back.amount_back', 'rates') }} as amount_base,
    given_back.amount as recorded_amount,
    given_back.order_was_cut
from given_back
{{ join_rate('rates', 'given_back.currency', 'given_back.refunded_on') }}
