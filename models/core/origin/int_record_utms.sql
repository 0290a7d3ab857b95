-- Grain: record.
-- One lead, deal, order or visit (l:, d:, o:, v: and its id) with what tells of its origin: marks of its own, else those of what it
-- came from.  A deal's are those of its lead or else of its order, an order's those of its visit.
with marks as (
    select * from {{ ref('int_marks') }}
),

made_in as (
    select concat('o:', order_id) as record, session_id from {{ ref('int_order_visits') }}
    union all
    select concat('l:', lead_id), session_id from {{ ref('int_lead_visits') }}
),

-- a visit has the marks of the one that it came back to, an order without marks those of the visit that it was made in
own as (
    select
        marks.*,
        coalesce(marks.web_client_id, visits.web_client_id) as browser,
        case when marks.record like 'v:%' or (marks.record like 'o:%' and not marks.has_marks) then 'v:' || arrivals.arrival_id else marks.record end
            as origin_record,
        case when made_in.session_id is not null then 'v:' || arrivals.arrival_id end as visit_record
    from marks
    left join made_in on marks.record = made_in.record
    left join {{ ref('int_arrivals') }} as arrivals on coalesce('v:' || made_in.session_id, marks.record) = concat('v:', arrivals.session_id)
    left join marks as visits on concat('v:', made_in.session_id) = visits.record
),

same_sales as (
    select
        links.deal_id, orders.*,
        row_number() over (partition by links.deal_id order by links.priority, links.order_id) as row_no
    from {{ ref('int_order_deals') }} as links
    inner join own as orders on concat('o:', links.order_id) = orders.record
),

deals as (
    select
        own.*,
        leads.record as lead_record, leads.visit_record as lead_visit_record,
        coalesce(own.source_name, leads.source_name) as known_source_name,
        not own.has_marks and coalesce(leads.has_marks, false) = false and coalesce(own.source_name, leads.source_name) is null as is_of_its_order,
        same_sales.browser as order_browser, same_sales.utm_campaign as order_campaign,
        same_sales.origin_record as order_origin_record, same_sales.visit_record as order_visit_record
    from {{ ref('deals') }} as deals
    inner join own on concat('d:', deals.deal_id) = own.record
    left join own as leads on concat('l:', deals.lead_id) = leads.record
    left join same_sales on deals.deal_id = same_sales.deal_id and same_sales.row_no = 1
),

resolved as (
    select record, created_at, browser as web_client_id, utm_campaign, source_name, origin_record, visit_record from own where record not like 'd:%'
    union all
    select
        record,
        created_at,
        coalesce(browser, order_browser),
        coalesce(utm_campaign, case when is_of_its_order then order_campaign end),
        known_source_name,
        case when has_marks then record when is_of_its_order then order_origin_record else lead_record end,
        case when is_of_its_order then order_visit_record else lead_visit_record end
    from deals
)

select
    resolved.record, resolved.created_at, resolved.web_client_id,
    origin_marks.utm_source, origin_marks.utm_medium,
    coalesce(resolved.utm_campaign, origin_marks.utm_campaign) as utm_campaign,
    origin_marks.traffic_source,
    resolved.source_name,
    origin_marks.click_campaign, origin_marks.click_ad,
    coalesce(origin_marks.utm_content, visit_marks.utm_content) as utm_content,
    coalesce(origin_marks.keyword, visit_marks.keyword) as keyword,
    coalesce(origin_marks.landing_page, visit_marks.landing_page) as landing_page,
    {{ channel_key('origin_marks.utm_source', 'origin_marks.utm_medium', 'origin_marks.traffic_source', 'resolved.source_name') }} as channel_key
from resolved
left join marks as origin_marks on resolved.origin_record = origin_marks.record
-- what a record's own marks leave out, the visit that it was made in tells, if that came by the same campaign
left join marks as visit_marks
    on resolved.visit_record = visit_marks.record
    and coalesce(lower(resolved.utm_campaign), lower(origin_marks.utm_campaign), '') = coalesce(lower(visit_marks.utm_campaign), '')
