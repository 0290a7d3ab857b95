-- Grain: date, platform, account_id, campaign_id, ad_id.
-- One day of one campaign of an account, or of one of its ads where they tell as much money as the campaign.
{% set text = dbt.type_string() %}
with reports as (
    select
        1 as fineness, account_id, date, campaign_id, ad_group_id, ad_group_name, ad_id, ad_name, impressions, clicks, cost, currency, conversions,
        loaded_at, row_status
    from {{ ref('base_vk_ads__banner_statistics') }}
    where row_status = 'accepted' and campaign_id is not null
    union all
    select
        2 as fineness, account_id, date, campaign_id,
        {%- for name in ['ad_group_id', 'ad_group_name', 'ad_id', 'ad_name'] %}
        cast(null as {{ text }}) as {{ name }},
        {%- endfor %}
        impressions, clicks, cost, currency, conversions, loaded_at, row_status
    from {{ ref('base_vk_ads__ad_plan_statistics') }}
    where row_status = 'accepted'
),

sums as (
    select
        *,
        sum(cost) over (partition by account_id, date, campaign_id, fineness) as report_cost
    from reports
),

chosen as (
    select
        *,
        first_value(fineness) over (partition by account_id, date, campaign_id order by report_cost desc, fineness asc) as told_by
    from sums
),

campaigns as (
    select * from {{ ref('base_vk_ads__ad_plans') }} where row_status = 'accepted'
)

select
    'vk_ads' as source_system,
    chosen.account_id as source_account,
    chosen.date,
    'vk_ads' as platform,
    chosen.account_id,
    chosen.campaign_id,
    campaigns.name as campaign_name,
    chosen.ad_group_id,
    chosen.ad_group_name,
    chosen.ad_id,
    chosen.ad_name,
    cast(null as {{ text }}) as keyword,
    chosen.impressions,
    chosen.clicks,
    chosen.cost,
    chosen.currency,
    cast({{ var('vk_ads_cost_with_vat') }} as boolean) as cost_includes_vat,
    chosen.conversions,
    'vk' as utm_source,
    'cpc' as utm_medium,
    chosen.campaign_id as utm_campaign,
    chosen.loaded_at,
    chosen.row_status
from chosen
left join campaigns on chosen.campaign_id = campaigns.campaign_id
where chosen.fineness = chosen.told_by
