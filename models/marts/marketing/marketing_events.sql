-- Grain: event, event_date, source_system, event_id.
-- One thing that marketing costs or brings, on its day: an ad's day, an expense's day, a lead, one touch's part of a sale or refund
-- (by the default attribution model).
with spend as (
    select * from {{ ref('fct_ad_spend') }}
),

expenses as (
    select * from {{ ref('int_expenses_daily') }} where kind = 'direct_acquisition'
),

leads as (
    select leads.*, {{ flag('channels.is_paid') }} as is_ad_lead
    from {{ ref('fct_leads') }} as leads
    left join {{ ref('dim_channels') }} as channels on leads.channel = channels.channel
    where leads.channel <> '{{ var("unknown_member") }}'
),

attributed as (
    select * from {{ ref('attributed_revenue') }} where model = '{{ var("default_attribution") }}'
),

events as (
    select
        event_date, 'ad spend' as event, source_system,
        concat_ws('|', platform, coalesce(account_id, ''), campaign, coalesce(ad_group_id, ''), coalesce(ad_id, ''), coalesce(keyword, ''), currency)
            as event_id, channel, campaign,
        -- a cost that nobody told, or that is nought, is no cost
        nullif(cost_base, 0) as ad_spend, clicks as ad_clicks, impressions as ad_impressions,
        nullif(cost_base, 0) as marketing_cost, 0 as leads_attributed, 0.0 as attributed_sales,
        0 as attributed_revenue, 0 as attributed_costed_revenue, 0 as attributed_profit, 0 as ad_revenue, 0.0 as new_customers,
        0.0 as ad_new_buyers, 0 as ad_leads, 0.0 as ad_sales, 0 as ad_new_revenue,
        0.0 as sales_touched, 0.0 as sale_touches, 0.0 as sale_days
    from spend
    union all
    select
        event_date, 'expense', 'business', cast(expense_no as {{ dbt.type_string() }}), channel, '(unallocated)', null, 0, 0,
        nullif(amount_base, 0), 0, 0.0, 0, 0, 0, 0, 0.0, 0.0, 0, 0.0, 0,
        0.0, 0.0, 0.0
    from expenses
    union all
    select created_on, 'lead', source_system, lead_id, channel, campaign, null, 0, 0, null, 1, 0.0, 0, 0, 0, 0, 0.0, 0.0, is_ad_lead, 0.0, 0,
        0.0, 0.0, 0.0
    from leads
    union all
    select
        event_date, event, '(all)', concat_ws('|', event_id, touchpoint_id), channel, campaign, null, 0, 0, null, 0,
        case when is_marketing then sales_attributed else 0.0 end,
        case when is_marketing then revenue_attributed else 0 end,
        case when is_marketing then costed_revenue else 0 end,
        case when is_marketing then gross_profit else 0 end,
        case when is_paid then revenue_attributed else 0 end,
        new_customers,
        case when is_paid then new_customers else 0.0 end,
        0,
        case when is_paid then sales_attributed else 0.0 end,
        case when is_paid then new_customer_revenue else 0 end,
        sales_touched,
        sale_touches,
        sale_days
    from attributed
)

select
    *,
    cast(ad_revenue - coalesce(ad_spend, 0) as decimal(18, 2)) as ad_return
from events
