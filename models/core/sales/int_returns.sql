-- Grain: order_id.
-- One paid order of less than nothing, which is the return of a sale and no sale: with the won deal that it names, else the latest
-- sale to the same customer that brought as much (null: none is known, so it stands alone).
with returns as (
    select
        orders.order_id,
        orders.source_system,
        orders.deal_id,
        -orders.amount as amount,
        coalesce(upper(orders.currency), '{{ var("base_currency") }}') as currency,
        case
            when orders.status in ('paid', 'refunded') then coalesce(orders.paid_at, {{ end_of_told_day('orders.created_at') }})
            when orders.status <> 'cancelled' or orders.status is null then orders.paid_at
        end as returned_at,
        case when clusters.is_identified then clusters.customer_key end as customer_key
    from {{ ref('orders') }} as orders
    left join {{ ref('int_record_customers') }} as clusters on concat('o:', orders.order_id) = clusters.record
    where orders.amount < 0
),

sales as (
    select * from {{ ref('fct_sales') }}
),

-- of an order folded into a deal, the person who ordered counts as well as the deal's customer
bought as (
    select customer_key, sale_id, sold_at, amount, currency from sales
    union all
    select clusters.customer_key, sales.sale_id, sales.sold_at, sales.amount, sales.currency
    from {{ ref('int_paid_orders') }} as orders
    inner join sales on orders.same_sale_deal_id = sales.deal_id
    inner join {{ ref('int_record_customers') }} as clusters on concat('o:', orders.order_id) = clusters.record
),

candidates as (
    select returns.order_id, sales.sale_id, sales.sold_at, 1 as priority
    from returns
    inner join sales on returns.deal_id = sales.deal_id
    union all
    select returns.order_id, bought.sale_id, bought.sold_at, 2
    from returns
    inner join bought on returns.customer_key = bought.customer_key and returns.currency = bought.currency
    where bought.sold_at <= returns.returned_at and bought.amount >= returns.amount
),

ranked as (
    select *, row_number() over (partition by order_id order by priority asc, sold_at desc, sale_id asc) as row_no
    from candidates
)

select
    returns.order_id,
    returns.source_system,
    returns.returned_at,
    returns.amount,
    returns.currency,
    ranked.sale_id
from returns
left join ranked on returns.order_id = ranked.order_id and ranked.row_no = 1
where returns.returned_at < {{ cutoff() }}
