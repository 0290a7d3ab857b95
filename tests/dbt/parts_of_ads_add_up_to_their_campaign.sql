-- Proves that ad groups, ads, keywords and landing pages of a day add up to their campaign, and so to channel and platform, in every measure that is
-- kept elsewhere: cost, impressions, clicks, leads, visits, sales, new customers and money.
with parts as (
    select
        event_date, channel, campaign, ad_spend, ad_impressions, ad_clicks, visits,
        case when channel <> '{{ var("unknown_member") }}' then leads end as leads,
        deals_attributed + orders_attributed as sales, new_customers, revenue_attributed, new_customer_revenue
    from {{ ref('ad_performance') }}
    union all
    select event_date, channel, campaign, -ad_spend, -ad_impressions, -ad_clicks, 0, -leads_attributed, 0, 0, 0, 0
    from {{ ref('marketing_events') }}
    union all
    select event_date, channel, campaign, 0, 0, 0, -visits, 0, 0, 0, 0, 0
    from {{ ref('visit_events') }}
    union all
    select event_date, channel, campaign, 0, 0, 0, 0, 0, -sales_attributed, -new_customers, -revenue_attributed, -new_customer_revenue
    from {{ ref('attributed_revenue') }}
    where model = '{{ var("default_attribution") }}'
)

select event_date, channel, campaign
from parts
group by event_date, channel, campaign
having
    coalesce(sum(ad_spend), 0) <> 0 or sum(ad_impressions) <> 0 or sum(ad_clicks) <> 0 or sum(visits) <> 0 or sum(leads) <> 0
    or abs(sum(sales)) > 0.000001 or abs(sum(new_customers)) > 0.000001 or sum(revenue_attributed) <> 0 or sum(new_customer_revenue) <> 0
