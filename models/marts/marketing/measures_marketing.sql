-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of marketing, period, dimension and member.
with spend as (
    select event_date, channel, source_system, campaign, cost_base as ad_spend, clicks as ad_clicks, impressions as ad_impressions
    from {{ ref('fct_ad_spend') }}
),

ads as (
    {{ period_measures(
        'spend',
        dimensions=['channel', 'source_system'],
        coarse=['campaign'],
        sums=['ad_spend', 'ad_clicks', 'ad_impressions']
    ) }}
),

money as (
    {{ period_measures(
        ref('marketing_events'),
        dimensions=['channel', 'source_system'],
        coarse=['campaign'],
        sums=[
            'marketing_cost', 'leads_attributed', 'attributed_sales', 'attributed_revenue', 'attributed_costed_revenue', 'ad_revenue', 'ad_return',
            'new_customers', 'ad_new_buyers', 'ad_leads', 'ad_sales', 'ad_new_revenue', 'sales_touched',
            'sale_touches', 'sale_days'
        ],
        per_period={
            'marketing_return': "case when sum(attributed_costed_revenue) <> 0 then sum(attributed_profit) else sum(attributed_revenue) end - coalesce(sum(marketing_cost), 0)"
        }
    ) }}
),

emails as (
    {{ period_measures(
        ref('email_campaign_events'),
        dimensions=['email_campaign'],
        sums=['emails_delivered', 'emails_opened', 'emails_clicked', 'emails_with_opens', 'emails_with_clicks']
    ) }}
)

select * from ads
union all
select * from money
union all
select * from emails
