-- Grain: one thing that marketing costs or brings, on its day: an ad's day, an expense's day, a lead, one touch's part of a sale or refund
-- (by the default attribution model).
with spend as (
    select * from {{ ref('fct_ad_spend') }}
),

expenses as (
    select * from {{ ref('int_expenses_daily') }} where kind = 'direct_acquisition'
),

leads as (
    select * from {{ ref('fct_leads') }} where channel <> '{{ var("unknown_member") }}'
),

attributed as (
    select * from {{ ref('attributed_revenue') }} where model = '{{ var("default_attribution") }}'
),

events as (
    select
        event_date, 'ad spend' as event, source_system, channel, campaign,
        coalesce(cost_base, 0) as ad_spend, clicks as ad_clicks, impressions as ad_impressions,
        coalesce(cost_base, 0) as marketing_cost, 0 as leads_attributed,
        0 as attributed_revenue, 0 as attributed_costed_revenue, 0 as attributed_profit, 0 as ad_revenue, 0.0 as new_customers, 0.0 as ad_new_buyers
    from spend
    union all
    select event_date, 'expense', 'business', channel, '(unallocated)', 0, 0, 0, coalesce(amount_base, 0), 0, 0, 0, 0, 0, 0.0, 0.0
    from expenses
    union all
    select created_on, 'lead', source_system, channel, campaign, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0.0, 0.0
    from leads
    union all
    select
        event_date, event, '(all)', channel, campaign, 0, 0, 0, 0, 0,
        case when is_marketing then revenue_attributed else 0 end,
        case when is_marketing then costed_revenue else 0 end,
        case when is_marketing then gross_profit else 0 end,
        case when is_paid then revenue_attributed else 0 end,
        new_customers,
        case when is_paid then new_customers else 0.0 end
    from attributed
)

select
    *,
    ad_revenue - ad_spend as ad_return
from events
