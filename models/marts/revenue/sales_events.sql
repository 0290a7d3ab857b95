-- Grain: event, event_id, line_no.
-- One line of a sale on the day of the sale, and once more, with a minus, for every refund of the sale on the day of the refund.
with sales as (
    select
        *,
        max(case when customer_sale_no = 2 then sold_on end) over (partition by customer_key) as customer_second_sale_on
    from {{ ref('fct_sales') }}
),

orphaned as (
    select * from {{ ref('fct_refunds') }} where sale_id is null
),

events as (
    select
        sales.sold_on as event_date,
        'sale' as event,
        sales.sale_id as event_id,
        lines.line_no,
        sales.sale_id,
        lines.product_id,
        lines.product_group,
        -- what brings no known money would only water down the mean price
        case when lines.amount_base is not null then lines.quantity end as units,
        coalesce(lines.amount_base, 0) as revenue,
        case when lines.cost_base is not null then coalesce(lines.amount_base, 0) else 0 end as costed_revenue,
        coalesce(lines.cost_base, 0) as cost
    from {{ ref('fct_sale_lines') }} as lines
    inner join sales on lines.sale_id = sales.sale_id
    union all
    select
        refunded_on, 'refund', refund_id, line_no, sale_id, product_id, product_group, null,
        -revenue_back, case when cost_back is not null then -revenue_back else 0 end, -coalesce(cost_back, 0)
    from {{ ref('int_refunded_lines') }}
    union all
    select
        refunded_on, 'refund', refund_id, 1, concat('order:', order_id), '{{ var("unknown_member") }}', '{{ var("unknown_member") }}', null,
        -coalesce(amount_base, 0), 0, 0
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
    {{ known('sales.kind') }} as sale_kind,
    sales.customer_key,
    case when sales.is_customer_known then sales.customer_key end as known_customer_key,
    sales.customer_first_sale_on,
    sales.customer_second_sale_on,
    sales.customer_sale_no,
    cast(cast({{ dbt.date_trunc('month', 'sales.customer_first_sale_on') }} as date) as {{ dbt.type_string() }}) as cohort,
    {{ known('coalesce(sales.source_system, orphaned.source_system)') }} as source_system,
    {{ known('sales.channel') }} as channel,
    coalesce(sales.campaign, '(none)') as campaign,
    {{ known('sales.employee_id') }} as manager,
    {{ known('employees.employee_name') }} as manager_name,
    {{ known('sales.team') }} as team,
    {{ known('sales.region') }} as region,
    {{ known('sales.customer_segment') }} as customer_segment,
    {{ known('sales.point_of_sale') }} as point_of_sale,
    events.product_id as product,
    events.product_group,
    {{ own_columns('sales_events', 'sales') -}}
    cast(events.revenue as decimal(18, 2)) as revenue,
    cast(case when sales.is_customer_known then events.revenue else 0 end as decimal(18, 2)) as known_revenue,
    case when events.units is not null then cast(events.revenue as decimal(18, 2)) end as unit_revenue,
    case when events.event = 'sale' and events.product_id <> '(not itemised)' then events.units end as units,
    cast(events.costed_revenue as decimal(18, 2)) as costed_revenue,
    cast(events.revenue - events.costed_revenue as decimal(18, 2)) as uncosted_revenue,
    cast(events.cost as decimal(18, 2)) as cost_of_goods,
    cast(events.costed_revenue - events.cost as decimal(18, 2)) as gross_profit
from events
left join sales on events.sale_id = sales.sale_id
left join {{ ref('dim_employees') }} as employees on sales.employee_id = employees.employee_id
left join orphaned on case when events.event = 'refund' then events.event_id end = orphaned.refund_id
