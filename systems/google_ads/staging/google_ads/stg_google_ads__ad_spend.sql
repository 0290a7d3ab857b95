-- Grain: date, platform, account_id, campaign_id, ad_id.
-- One day of one campaign of an account, or of one ad, by the report that tells most of the campaign's money on that day.
{% set text = dbt.type_string() %}
with reports as (
    {%- for report, fineness in {'ad_stats': 1, 'campaign_stats': 2, 'ad_group_stats': 3, 'keyword_stats': 4}.items() %}
    select
        {{ fineness }} as fineness, date, customer_id, campaign_id, campaign_name,
        {%- for id in ['ad_group_id', 'ad_id'] %}
        {{ id if report == 'ad_stats' else 'cast(null as ' ~ text ~ ') as ' ~ id }},
        {%- endfor %}
        impressions, clicks, cost_micros, conversions, currency, loaded_at
    from {{ ref('base_google_ads__' ~ report) }}
    where row_status = 'accepted'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

sums as (
    select
        *,
        sum(cost_micros) over (partition by customer_id, date, campaign_id, fineness) as report_micros,
        sum(impressions) over (partition by customer_id, date, campaign_id, fineness) as report_impressions
    from reports
),

chosen as (
    select
        *,
        first_value(fineness) over (
            partition by customer_id, date, campaign_id
            order by report_micros desc nulls last, report_impressions desc nulls last, fineness asc
        ) as told_by
    from sums
),

campaigns as (
    select * from {{ ref('base_google_ads__campaign_history') }} where row_status = 'accepted'
),

accounts as (
    select * from {{ ref('base_google_ads__account_history') }} where row_status = 'accepted'
)

select
    'google_ads' as source_system,
    chosen.customer_id as source_account,
    chosen.date,
    'google_ads' as platform,
    chosen.customer_id as account_id,
    chosen.campaign_id,
    coalesce(max(campaigns.name), max(chosen.campaign_name)) as campaign_name,
    max(chosen.ad_group_id) as ad_group_id,
    cast(null as {{ text }}) as ad_group_name,
    chosen.ad_id,
    cast(null as {{ text }}) as ad_name,
    cast(null as {{ text }}) as keyword,
    sum(chosen.impressions) as impressions,
    sum(chosen.clicks) as clicks,
    cast(round(cast(sum(chosen.cost_micros) as decimal(22, 0)) / 1000000, 2) as decimal(18, 2)) as cost,
    coalesce(max(chosen.currency), max(accounts.currency)) as currency,
    {{ var('google_ads_cost_with_vat') }} as cost_includes_vat,
    sum(chosen.conversions) as conversions,
    'google' as utm_source,
    'cpc' as utm_medium,
    chosen.campaign_id as utm_campaign,
    max(chosen.loaded_at) as loaded_at,
    'accepted' as row_status
from chosen
left join campaigns on chosen.campaign_id = campaigns.campaign_id
left join accounts on chosen.customer_id = accounts.customer_id
where chosen.fineness = chosen.told_by
group by chosen.date, chosen.customer_id, chosen.campaign_id, chosen.ad_id
