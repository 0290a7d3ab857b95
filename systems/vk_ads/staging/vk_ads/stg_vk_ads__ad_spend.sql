-- Grain: date, platform, account_id, campaign_id.
-- One day of one campaign of an account.
{% set text = dbt.type_string() %}
with days as (
    select * from {{ ref('base_vk_ads__ad_plan_statistics') }} where row_status = 'accepted'
),

campaigns as (
    select * from {{ ref('base_vk_ads__ad_plans') }} where row_status = 'accepted'
)

select
    'vk_ads' as source_system,
    days.account_id as source_account,
    days.date,
    'vk_ads' as platform,
    days.account_id,
    days.campaign_id,
    campaigns.name as campaign_name,
    cast(null as {{ text }}) as ad_group_id,
    cast(null as {{ text }}) as ad_group_name,
    cast(null as {{ text }}) as ad_id,
    cast(null as {{ text }}) as ad_name,
    cast(null as {{ text }}) as keyword,
    days.impressions,
    days.clicks,
    days.cost,
    days.currency,
    cast({{ var('vk_ads_cost_with_vat') }} as boolean) as cost_includes_vat,
    days.conversions,
    'vk' as utm_source,
    'cpc' as utm_medium,
    days.campaign_id as utm_campaign,
    days.loaded_at,
    days.row_status
from days
left join campaigns on days.campaign_id = campaigns.campaign_id
