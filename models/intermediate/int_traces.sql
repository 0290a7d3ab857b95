-- Grain: one lead, deal, order or visit (l:, d:, o:, v: and its id) with what tells of its origin: marks of its own, else those of what it
-- came from.  A deal's are those of its lead or else of its order, an order's those of its visit.
with leads as (
    select * from {{ ref('leads') }}
),

visits as (
    select * from {{ ref('web_sessions') }}
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
    from {{ ref('orders') }} as orders
    left join visits as own_visits on orders.visit_id = own_visits.session_id
    left join visits on orders.visit_id = visits.session_id and coalesce(orders.utm_source, orders.utm_medium) is null
),

same_sales as (
    select
        links.deal_id,
        orders.*,
        row_number() over (partition by links.deal_id order by links.priority, links.order_id) as place
    from {{ ref('int_order_deals') }} as links
    inner join orders on links.order_id = orders.order_id
),

deals as (
    select
        deals.deal_id,
        deals.created_at,
        coalesce(deals.web_client_id, same_sales.web_client_id) as web_client_id,
        coalesce(deals.utm_source, leads.utm_source, orders.utm_source) as utm_source,
        coalesce(deals.utm_medium, leads.utm_medium, orders.utm_medium) as utm_medium,
        coalesce(deals.utm_campaign, leads.utm_campaign, orders.utm_campaign) as utm_campaign,
        orders.traffic_source,
        coalesce(deals.source_name, own_leads.source_name) as source_name
    from {{ ref('deals') }} as deals
    left join leads as own_leads on deals.lead_id = own_leads.lead_id
    left join leads on deals.lead_id = leads.lead_id and coalesce(deals.utm_source, deals.utm_medium) is null
    left join same_sales on deals.deal_id = same_sales.deal_id and same_sales.place = 1
    left join same_sales as orders
        on deals.deal_id = orders.deal_id and orders.place = 1
        and coalesce(
            deals.utm_source, deals.utm_medium, deals.source_name, own_leads.utm_source, own_leads.utm_medium, own_leads.source_name
        ) is null
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
