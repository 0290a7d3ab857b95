-- Grain: record.
-- One lead, deal, order or visit (l:, d:, o:, v: and its id) with the channel, the campaign, the ad group, the ad, the keyword and the page
-- that it came by.  A campaign that the utm_campaign does not tell is the click's; the utm_content tells the ad.
with ads as (
    select campaign, ad_id, min(ad_group_id) as ad_group_id, max(ad_name) as ad_name
    from {{ ref('fct_ad_spend') }}
    where ad_id is not null
    group by campaign, ad_id
),

-- an id or a name that a campaign has once
ad_names as (
    select campaign, spelling, min(ad_id) as ad_id
    from (
        select campaign, lower({{ source_id('ad_id') }}) as spelling, ad_id from ads
        union
        select campaign, lower(ad_name), ad_id from ads
    ) as spelled
    group by campaign, spelling
    having count(*) = 1
),

resolved as (
    select
        record_utms.*,
        {{ known('channels.channel') }} as channel,
        coalesce(case when named.is_known then named.campaign end, clicked.campaign, named.campaign, '(none)') as campaign
    from {{ ref('int_record_utms') }} as record_utms
    left join {{ ref('int_channels') }} as channels on record_utms.channel_key = channels.channel_key
    left join {{ ref('int_campaigns') }} as named on lower(record_utms.utm_campaign) = named.spelling and record_utms.channel_key = named.channel_key
    left join {{ ref('int_campaigns') }} as clicked
        on lower(record_utms.click_campaign) = clicked.spelling and record_utms.channel_key = clicked.channel_key
),

with_ads as (
    select resolved.*, coalesce(resolved.click_ad, ad_names.ad_id, {{ platform_key('resolved.channel', 'lower(resolved.utm_content)') }}) as ad_id
    from resolved
    left join ad_names on resolved.campaign = ad_names.campaign and lower(resolved.utm_content) = ad_names.spelling
)

select
    with_ads.record,
    with_ads.channel,
    with_ads.campaign,
    ads.ad_group_id,
    with_ads.ad_id,
    with_ads.keyword,
    with_ads.landing_page
from with_ads
left join ads on with_ads.campaign = ads.campaign and with_ads.ad_id = ads.ad_id
