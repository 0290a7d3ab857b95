-- Grain: one day of one campaign of an advertiser, with or without VAT: two series that must never be added.
with campaign_days as (
    select
        *,
        case when campaign_id <> '--' then campaign_id end as known_campaign_id,
        case when campaign_name <> '--' then campaign_name end as known_campaign_name
    from {{ ref('base_yandex_direct__campaign_performance') }}
    where row_status = 'accepted'
)

select
    'yandex_direct' as source_system,
    client_login as source_account,
    date,
    'yandex_direct' as platform,
    client_login as account_id,
    known_campaign_id as campaign_id,
    max(known_campaign_name) as campaign_name,
    cast(null as {{ dbt.type_string() }}) as ad_id,
    sum(impressions) as impressions,
    sum(clicks) as clicks,
    sum(cost) as cost,
    max(currency) as currency,
    includes_vat as cost_includes_vat,
    sum(conversions) as conversions,
    'yandex' as utm_source,
    'cpc' as utm_medium,
    known_campaign_id as utm_campaign,
    max(loaded_at) as loaded_at,
    'accepted' as row_status
from campaign_days
group by client_login, date, known_campaign_id, includes_vat
