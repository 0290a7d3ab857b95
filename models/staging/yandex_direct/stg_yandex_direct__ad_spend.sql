-- Grain: date, platform, account_id, campaign_id, ad_group_id, ad_id, keyword, cost_includes_vat.
-- One day of one campaign of an advertiser, or of one ad group, ad and keyword of it, with or without VAT: two series that must never be added.
with campaign_days as (
    select * from {{ ref('base_yandex_direct__campaign_performance') }} where row_status = 'accepted'
),

-- by what the reports of a file part a campaign's day, and what its costs are to be multiplied by
files as (
    select
        _raw_file,
        concat(max(ad_network_type) is not null, max(ad_group_id) is not null, max(ad_id) is not null, max(device) is not null) as cut,
        cast(case when {{ direct_in_millionths() }} then 0.000001 else 1 end as decimal(7, 6)) as unit
    from campaign_days
    group by _raw_file
),

-- a day loaded again in other parts is the same money: the parts that were loaded last count
latest as (
    select
        campaign_days.*,
        files.cut,
        campaign_days.cost * files.unit as cost_in_units,
        first_value(files.cut) over (
            partition by campaign_days.client_login, campaign_days.date, campaign_days.campaign_id, campaign_days.includes_vat
            order by campaign_days.loaded_at desc nulls last, campaign_days._raw_file desc
        ) as latest_cut
    from campaign_days
    inner join files on campaign_days._raw_file = files._raw_file
)

select
    'yandex_direct' as source_system,
    client_login as source_account,
    date,
    'yandex_direct' as platform,
    client_login as account_id,
    campaign_id,
    max(campaign_name) as campaign_name,
    ad_group_id,
    max(ad_group_name) as ad_group_name,
    ad_id,
    cast(null as {{ dbt.type_string() }}) as ad_name,
    keyword,
    sum(impressions) as impressions,
    sum(clicks) as clicks,
    cast(sum(cost_in_units) as decimal(18, 2)) as cost,
    max(currency) as currency,
    includes_vat as cost_includes_vat,
    sum(conversions) as conversions,
    'yandex' as utm_source,
    'cpc' as utm_medium,
    campaign_id as utm_campaign,
    max(loaded_at) as loaded_at,
    'accepted' as row_status
from latest
where cut = latest_cut
group by client_login, date, campaign_id, ad_group_id, ad_id, keyword, includes_vat
