-- Grain: event_date, channel, campaign, ad_group, ad, keyword, landing_page.
-- One day of one channel, campaign, ad group, ad, keyword and landing page: what it cost and what it brought, by the attribution of var
-- default_attribution.  What nothing tells is a member too, so that the parts add up to their campaign, channel and platform.
{%- set counts = dict.fromkeys(['ad_impressions', 'ad_clicks', 'visits', 'leads'], 'bigint') %}
{%- set credits = dict.fromkeys(['deals_attributed', 'orders_attributed', 'new_customers'], 'double') %}
{%- set money = dict.fromkeys(['ad_spend', 'revenue_attributed', 'new_customer_revenue'], 'decimal(18, 2)') %}
{%- set measures = dict(counts, **dict(credits, **money)) %}
with records as (
    select * from {{ ref('int_record_channels') }}
),

events as (
    select
        event_date, channel, campaign, ad_group_id, ad_id, keyword, null as landing_page, nullif(cost_base, 0) as ad_spend,
        impressions as ad_impressions, clicks as ad_clicks, 0 as visits, 0 as leads, 0.0 as deals_attributed, 0.0 as orders_attributed,
        0.0 as new_customers, 0 as revenue_attributed, 0 as new_customer_revenue
    from {{ ref('fct_ad_spend') }}
    union all
    select
        visits.event_date, visits.channel, visits.campaign, records.ad_group_id, records.ad_id, records.keyword,
        nullif(visits.landing_page, '{{ var("unknown_member") }}'), null, 0, 0, visits.visits, 0, 0.0, 0.0, 0.0, 0, 0
    from {{ ref('visit_events') }} as visits
    left join records on concat('v:', visits.session_id) = records.record
    where visits.visits > 0
    union all
    select
        leads.created_on, leads.channel, leads.campaign, records.ad_group_id, records.ad_id, records.keyword, records.landing_page,
        null, 0, 0, 0, 1, 0.0, 0.0, 0.0, 0, 0
    from {{ ref('fct_leads') }} as leads
    left join records on concat('l:', leads.lead_id) = records.record
    union all
    select
        sales.event_date, sales.channel, sales.campaign, records.ad_group_id, records.ad_id, records.keyword, records.landing_page,
        null, 0, 0, 0, 0,
        case when sales.sale_id like 'deal:%' then sales.sales_attributed else 0.0 end,
        case when sales.sale_id like 'order:%' then sales.sales_attributed else 0.0 end,
        sales.new_customers, sales.revenue_attributed, sales.new_customer_revenue
    from {{ ref('attributed_revenue') }} as sales
    -- the touch visit:7 is the record v:7
    left join records
        on case
            when {{ matches('sales.touchpoint_id', '^(visit|lead|deal|order):') }}
                then concat(left(sales.touchpoint_id, 1), ':', {{ source_id('sales.touchpoint_id') }})
        end = records.record
    where sales.model = '{{ var("default_attribution") }}'
),

added as (
    select
        event_date, channel, campaign, ad_group_id, ad_id, keyword, landing_page,
        {%- for measure, type in measures.items() %}
        cast(sum({{ measure }}) as {{ type }}) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from events
    group by event_date, channel, campaign, ad_group_id, ad_id, keyword, landing_page
),

named as (
    select ad_id, min(ad_name) as ad_name from {{ ref('fct_ad_spend') }} where ad_id is not null group by ad_id
),

groups_named as (
    select ad_group_id, min(ad_group_name) as ad_group_name from {{ ref('fct_ad_spend') }} where ad_group_id is not null group by ad_group_id
)

select
    added.event_date, added.channel, added.campaign,
    {{ known('added.ad_group_id') }} as ad_group,
    {{ known('groups_named.ad_group_name') }} as ad_group_name,
    {{ known('added.ad_id') }} as ad,
    {{ known('coalesce(named.ad_name, ' ~ source_id('added.ad_id') ~ ')') }} as ad_name,
    {{ known('added.keyword') }} as keyword,
    {{ known('added.landing_page') }} as landing_page,
    {%- for measure in measures %}
    added.{{ measure }}{{ ',' if not loop.last }}
    {%- endfor %}
from added
left join groups_named on added.ad_group_id = groups_named.ad_group_id
left join named on added.ad_id = named.ad_id
