-- Grain: deal_id.
-- One deal that paid orders are the same sale as, with what these add up to and what of it was kept: in their own currency or, where
-- they have several, in the base currency.
with links as (
    select
        order_id,
        deal_id,
        row_number() over (partition by order_id order by priority, deal_id) as row_no
    from {{ ref('int_order_deals') }}
),

orders as (
    select
        *,
        {{ local_date('paid_moment') }} as paid_on
    from {{ ref('int_sold_orders') }}
),

refunded as (
    select
        order_id,
        coalesce(upper(currency), '{{ var("base_currency") }}') as currency,
        sum(amount) as amount
    from {{ ref('refunds') }}
    where refunded_at < {{ cutoff() }}
    group by order_id, coalesce(upper(currency), '{{ var("base_currency") }}')
),

amounts as (
    select
        links.deal_id,
        coalesce(upper(orders.currency), '{{ var("base_currency") }}') as currency,
        coalesce(orders.amount, lines.lines_amount) as amount,
        {{ to_base('coalesce(orders.amount, lines.lines_amount)', 'rates') }} as amount_base,
        coalesce(refunded.amount, 0) as refunded_amount
    from links
    inner join orders on links.order_id = orders.order_id
    left join {{ ref('int_line_totals') }} as lines on concat('order:', orders.order_id) = lines.sale_id
    left join refunded
        on orders.order_id = refunded.order_id and coalesce(upper(orders.currency), '{{ var("base_currency") }}') = refunded.currency
    {{ join_rate('rates', 'orders.currency', 'orders.paid_on') }}
    where links.row_no = 1
)

select
    deal_id,
    case when count(distinct currency) = 1 then min(currency) else '{{ var("base_currency") }}' end as currency,
    cast(case when count(distinct currency) = 1 then sum(amount) else sum(amount_base) end as decimal(18, 2)) as amount,
    cast(case when count(distinct currency) = 1 then sum(amount - refunded_amount) end as decimal(18, 2)) as kept_amount
from amounts
group by deal_id
