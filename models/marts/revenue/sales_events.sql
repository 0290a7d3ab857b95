-- Grain: event, event_id, line_no.
-- One line of a sale on the day of the sale, and once more, with a minus, for every refund of the sale on the day of the refund.
with sales as (
    select * from {{ ref('fct_sales') }}
),

second_sales as (
    select customer_key, sold_on from sales where customer_sale_no = 2
),

lines as (
    select * from {{ ref('fct_sale_lines') }}
),

sold as (
    select
        sale_id,
        'sale' as event,
        sale_id as event_id,
        line_no,
        product_id,
        product_group,
        -- what brings no known money would only water down the mean price
        case when amount_base is not null then quantity end as units,
        coalesce(amount_base, 0) as revenue,
        case when cost_base is not null then coalesce(amount_base, 0) else 0 end as costed_revenue,
        coalesce(cost_base, 0) as cost
    from lines
),

-- what is left of an order that was cut holds nothing of what went back: that was in the rest, if it is as large
rests as (
    select sale_id, amount from lines where product_id = '(not itemised)'
),

-- the share that went back, in the sale's own money: a rate that has moved since changes no share
shares as (
    select
        refunds.*,
        coalesce(refunds.order_was_cut and rests.amount >= refunds.amount, false) as is_of_rest,
        coalesce(case
            when refunds.order_was_cut and rests.amount >= refunds.amount then 0
            when refunds.currency = sales.currency then {{ ratio('refunds.amount', 'sales.amount') }}
            else {{ ratio('refunds.amount_base', 'sales.amount_base') }}
        end, 0) as share
    from {{ ref('fct_refunds') }} as refunds
    inner join sales on refunds.sale_id = sales.sale_id
    left join rests on refunds.sale_id = rests.sale_id
),

-- of the sale's cost no more than the whole comes back
refunds as (
    select
        *,
        least(1.0, sum(share) over (partition by sale_id order by refunded_on, refund_id rows unbounded preceding)) as share_so_far,
        least(1.0, sum(share) over (partition by sale_id order by refunded_on, refund_id rows unbounded preceding) - share) as share_before
    from shares
),

-- a refund takes from every line in proportion; rounding runs along the sum.  One in a currency without a rate takes no known money.
refunded as (
    select
        refunds.sale_id,
        refunds.refund_id,
        lines.line_no,
        lines.product_id,
        lines.product_group,
        refunds.refunded_on,
        round(coalesce(refunds.amount_base, 0) * case
            when refunds.is_of_rest then {{ flag("lines.product_id = '(not itemised)'") }}
            when sales.amount <> 0 then lines.amount_so_far / sales.amount
            else 1
        end, 2) - round(coalesce(refunds.amount_base, 0) * case
            when refunds.is_of_rest then 0
            when sales.amount <> 0 then (lines.amount_so_far - lines.amount) / sales.amount
            when lines.line_no = 1 then 0
            else 1
        end, 2) as refunded,
        round(lines.cost_base * refunds.share_so_far, 2) - round(lines.cost_base * refunds.share_before, 2) as cost_back,
        lines.cost_base
    from refunds
    inner join sales on refunds.sale_id = sales.sale_id
    inner join lines on refunds.sale_id = lines.sale_id
),

orphaned as (
    select * from {{ ref('fct_refunds') }} where sale_id is null
),

events as (
    select
        sold.*,
        sales.sold_on as event_date
    from sold
    inner join sales on sold.sale_id = sales.sale_id
    union all
    select
        sale_id, 'refund', refund_id, line_no, product_id, product_group, null,
        -refunded,
        case when cost_base is not null then -refunded else 0 end,
        -cast(coalesce(round(cost_back, 2), 0) as decimal(18, 2)),
        refunded_on
    from refunded
    union all
    select
        concat('order:', order_id), 'refund', refund_id, 1, '{{ var("unknown_member") }}', '{{ var("unknown_member") }}', null,
        -coalesce(amount_base, 0), 0, 0, refunded_on
    from orphaned
)

select
    events.event_date,
    events.event,
    events.event_id,
    events.line_no,
    events.sale_id,
    case when events.event = 'sale' then events.sale_id end as sold_sale_id,
    case when events.event = 'sale' and sales.amount_base is not null then events.sale_id end as priced_sale_id,
    sales.kind as sale_kind,
    sales.customer_key,
    case when sales.is_customer_known then sales.customer_key end as known_customer_key,
    sales.customer_first_sale_on,
    second_sales.sold_on as customer_second_sale_on,
    sales.customer_sale_no,
    cast(cast({{ dbt.date_trunc('month', 'sales.customer_first_sale_on') }} as date) as {{ dbt.type_string() }}) as cohort,
    {{ known('coalesce(sales.source_system, orphaned.source_system)') }} as source_system,
    {{ known('sales.channel') }} as channel,
    coalesce(sales.campaign, '(none)') as campaign,
    {{ known('sales.employee_id') }} as manager,
    {{ known('sales.team') }} as team,
    {{ known('sales.region') }} as region,
    {{ known('sales.customer_segment') }} as customer_segment,
    {{ known('sales.point_of_sale') }} as point_of_sale,
    events.product_id as product,
    events.product_group,
    cast(events.revenue as decimal(18, 2)) as revenue,
    case when events.units is not null then cast(events.revenue as decimal(18, 2)) end as unit_revenue,
    case when events.event = 'sale' and events.product_id <> '(not itemised)' then events.units end as units,
    cast(events.costed_revenue as decimal(18, 2)) as costed_revenue,
    cast(events.revenue - events.costed_revenue as decimal(18, 2)) as uncosted_revenue,
    cast(events.cost as decimal(18, 2)) as cost_of_goods,
    cast(events.costed_revenue - events.cost as decimal(18, 2)) as gross_profit
from events
left join sales on events.sale_id = sales.sale_id
left join second_sales on sales.customer_key = second_sales.customer_key
left join orphaned on case when events.event = 'refund' then events.event_id end = orphaned.refund_id
