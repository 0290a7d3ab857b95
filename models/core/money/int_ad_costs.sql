-- Grain: source_system, date, platform, account_id, campaign_id, ad_group_id, ad_id, keyword, currency.
-- One ad, parted by keyword where the platform tells it (or ad group or campaign, where it tells no more) on one day, its cost once.
-- A platform may deliver two series of the same money, with and without VAT; they are never added: the wished one is taken, or worked
-- out from the other by the rate of the day.
with spend as (
    select
        source_system,
        date,
        platform,
        account_id,
        campaign_id,
        ad_group_id,
        ad_id,
        {{ keyword_of('keyword') }} as keyword,
        currency,
        coalesce(cost_includes_vat, {{ var('ad_cost_with_vat') }}) as has_vat,
        max(campaign_name) as campaign_name,
        max(ad_group_name) as ad_group_name,
        max(ad_name) as ad_name,
        max(utm_source) as utm_source,
        max(utm_medium) as utm_medium,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(cost) as cost,
        sum(conversions) as conversions
    from {{ ref('ad_spend') }}
    where date < {{ as_of() }}
    group by
        source_system, date, platform, account_id, campaign_id, ad_group_id, ad_id, {{ keyword_of('keyword') }}, currency,
        coalesce(cost_includes_vat, {{ var('ad_cost_with_vat') }})
),

-- by ad and day, for campaigns may be told differently: rows of the other series are used only where the wished one is missing
series as (
    select
        *,
        max(case when has_vat = {{ var('ad_cost_with_vat') }} then 1 else 0 end) over (
            partition by source_system, platform, account_id, campaign_id, ad_id, date
        ) = 1 as has_wished_series
    from spend
),

rated as (
    select
        series.*,
        coalesce(rates.rate, 0) as vat_rate
    from series
    left join {{ ref('seed_vat_rates') }} as rates
        on rates.country = '{{ var("vat_country") }}' and series.date >= rates.valid_from and series.date <= rates.valid_to
    where series.has_vat = {{ var('ad_cost_with_vat') }} or not series.has_wished_series
)

select
    source_system,
    date,
    platform,
    account_id,
    campaign_id,
    campaign_name,
    ad_group_id,
    ad_group_name,
    ad_id,
    ad_name,
    keyword,
    cast(coalesce(impressions, 0) as bigint) as impressions,
    cast(coalesce(clicks, 0) as bigint) as clicks,
    cast(case
        when has_vat = {{ var('ad_cost_with_vat') }} then cost
        when has_vat then round(cost / (1 + vat_rate), 2)
        else round(cost * (1 + vat_rate), 2)
    end as decimal(18, 2)) as cost,
    currency,
    conversions,
    utm_source,
    utm_medium
from rated
