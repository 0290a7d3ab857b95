-- Grain: sale_id.
-- One sale: a won deal, or a paid order that is not the same sale as a won deal.
with sales as (
    select
        concat('deal:', deal_id) as sale_id, 'deal' as kind, deal_id, cast(null as {{ dbt.type_string() }}) as order_id, source_system,
        customer_key, is_customer_known, won_at as sold_at, won_on as sold_on, least(created_at, won_at) as opened_at,
        won_at as decided_at, employee_id, team,
        channel, campaign, region, customer_segment, point_of_sale,
        {{ own_columns('fct_sales', 'fct_deals') -}}
        amount, currency, amount_base
    from {{ ref('fct_deals') }}
    where won_at is not null
    union all
    select
        concat('order:', orders.order_id), 'order', null, orders.order_id, orders.source_system,
        clusters.customer_key, clusters.is_identified, orders.paid_moment, orders.paid_on, orders.decided_at as opened_at, orders.decided_at,
        orders.employee_id,
        {{ known('employees.team') }}, record_channels.channel, record_channels.campaign,
        coalesce(customers.region, orders.region, '{{ var("unknown_member") }}'), {{ known('customers.segment') }},
        coalesce(orders.point_of_sale, employees.point_of_sale, '{{ var("unknown_member") }}'),
        {{ own_columns('fct_sales', {'customers': 'customers'}) -}}
        orders.amount, orders.currency, orders.amount_base
    from {{ ref('int_paid_orders') }} as orders
    left join {{ ref('int_record_customers') }} as clusters on concat('o:', orders.order_id) = clusters.record
    left join {{ ref('dim_customers') }} as customers on clusters.customer_key = customers.customer_key
    left join {{ ref('dim_employees') }} as employees on orders.employee_id = employees.employee_id
    left join {{ ref('int_record_channels') }} as record_channels on concat('o:', orders.order_id) = record_channels.record
    where orders.same_sale_deal_id is null
),

numbered as (
    select
        *,
        cast(row_number() over (partition by customer_key order by sold_at, sale_id) as bigint) as customer_sale_no,
        min(sold_on) over (partition by customer_key) as customer_first_sale_on,
        lag(sold_at) over (partition by customer_key order by sold_at, sale_id) as customer_previous_sold_at
    from sales
)

select
    sale_id,
    kind,
    deal_id,
    order_id,
    source_system,
    {{ source_id('coalesce(deal_id, order_id)') }} as source_id,
    {{ record_url('coalesce(deal_id, order_id)') }} as record_url,
    customer_key,
    is_customer_known,
    case when is_customer_known then customer_sale_no end as customer_sale_no,
    case when is_customer_known then customer_first_sale_on end as customer_first_sale_on,
    case when is_customer_known then customer_previous_sold_at end as customer_previous_sold_at,
    sold_at,
    sold_on,
    opened_at,
    decided_at,
    employee_id,
    team,
    channel,
    campaign,
    region,
    customer_segment,
    point_of_sale,
    {{ own_columns('fct_sales', 'numbered') -}}
    amount,
    currency,
    amount_base
from numbered
{{ join_record_page('numbered.kind', 'coalesce(numbered.deal_id, numbered.order_id)') }}
