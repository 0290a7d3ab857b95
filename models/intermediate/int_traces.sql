-- Grain: one lead, deal, order or visit (l:, d:, o:, v: and its id) with what tells of its origin: marks of its own, else those of what it
-- came from.  A deal's are those of its lead or else of its order, an order's those of its visit.
with leads as (
    select * from {{ ref('leads') }}
),

visits as (
    select * from {{ ref('web_sessions') }}
),

-- the visit whose marks an order takes: none where it has its own
own_orders as (
    select
        *,
        case when coalesce(utm_source, utm_medium) is null then visit_id end as traced_visit_id
    from {{ ref('orders') }}
),

orders as (
    select
        orders.order_id,
        orders.created_at,
        coalesce(orders.web_client_id, own_visits.web_client_id) as web_client_id,
        coalesce(orders.utm_source, visits.utm_source) as utm_source,
        coalesce(orders.utm_medium, visits.utm_medium) as utm_medium,
        coalesce(orders.utm_campaign, visits.utm_campaign) as utm_campaign,
        visits.traffic_source
    from own_orders as orders
    left join visits as own_visits on orders.visit_id = own_visits.session_id
    left join visits on orders.traced_visit_id = visits.session_id
),

same_sales as (
    select
        links.deal_id,
        orders.*,
        row_number() over (partition by links.deal_id order by links.priority, links.order_id) as place
    from {{ ref('int_order_deals') }} as links
    inner join orders on links.order_id = orders.order_id
),

-- the lead and the order whose marks a deal takes
own_deals as (
    select
        deals.*,
        leads.source_name as lead_source_name,
        same_sales.web_client_id as order_web_client_id,
        case when coalesce(deals.utm_source, deals.utm_medium) is null then deals.lead_id end as traced_lead_id,
        case
            when coalesce(
                deals.utm_source, deals.utm_medium, deals.source_name, leads.utm_source, leads.utm_medium, leads.source_name
            ) is null then same_sales.order_id
        end as traced_order_id
    from {{ ref('deals') }} as deals
    left join leads on deals.lead_id = leads.lead_id
    left join same_sales on deals.deal_id = same_sales.deal_id and same_sales.place = 1
),

deals as (
    select
        deals.deal_id,
        deals.created_at,
        coalesce(deals.web_client_id, deals.order_web_client_id) as web_client_id,
        coalesce(deals.utm_source, leads.utm_source, orders.utm_source) as utm_source,
        coalesce(deals.utm_medium, leads.utm_medium, orders.utm_medium) as utm_medium,
        coalesce(deals.utm_campaign, leads.utm_campaign, orders.utm_campaign) as utm_campaign,
        orders.traffic_source,
        coalesce(deals.source_name, deals.lead_source_name) as source_name
    from own_deals as deals
    left join leads on deals.traced_lead_id = leads.lead_id
    left join orders on deals.traced_order_id = orders.order_id
),

traces as (
    select
        concat('l:', lead_id) as record, created_at, web_client_id, utm_source, utm_medium, utm_campaign,
        cast(null as {{ dbt.type_string() }}) as traffic_source, source_name
    from leads
    union all
    select concat('d:', deal_id), created_at, web_client_id, utm_source, utm_medium, utm_campaign, traffic_source, source_name from deals
    union all
    select concat('o:', order_id), created_at, web_client_id, utm_source, utm_medium, utm_campaign, traffic_source, null from orders
    union all
    select concat('v:', session_id), started_at, web_client_id, utm_source, utm_medium, utm_campaign, traffic_source, null from visits
)

select
    *,
    {{ channel_key('utm_source', 'utm_medium', 'traffic_source', 'source_name') }} as channel_key
from traces
