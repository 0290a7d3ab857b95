-- Grain: source_system, event_date, platform, account_id, campaign, ad_group_id, ad_id, keyword, currency.
-- One ad, parted by keyword where the platform tells it (or ad group or campaign, where the platform tells no more) on one day.
with resolved as (
    select
        costs.*,
        channels.channel
    from {{ ref('int_ad_costs') }} as costs
    left join {{ ref('int_channels') }} as channels
        on {{ channel_key('costs.utm_source', 'costs.utm_medium', 'null', 'null') }} = channels.channel_key
        and costs.utm_source is not null
),

-- the marks that a click of the platform stands for
named as (
    select platforms.platform, channels.channel
    from (select distinct platform from {{ ref('int_ad_costs') }}) as platforms
    left join {{ ref('seed_ad_engines') }} as engines on lower(platforms.platform) = engines.mark and engines.kind = 'name'
    inner join {{ ref('int_channels') }} as channels
        on case
            when engines.mark is not null then {{ channel_key('engines.utm_source', 'engines.utm_medium', 'null', 'null') }}
            else {{ channel_key('null', 'null', 'null', 'platforms.platform') }}
        end = channels.channel_key
),

-- spend without a trace goes where most of its platform's money goes; a platform without any trace, where its clicks do, or by the rules
usual as (
    select
        platform,
        channel,
        row_number() over (partition by platform order by sum(cost) desc, channel) as row_no
    from resolved
    where channel is not null
    group by platform, channel
)

select
    costs.source_system,
    costs.date as event_date,
    costs.platform,
    costs.account_id,
    case when costs.campaign_id is null then '(unallocated)' else {{ platform_key('costs.platform', 'costs.campaign_id') }} end as campaign,
    coalesce(
        costs.campaign_name,
        case when costs.campaign_id is not null then max(costs.campaign_name) over (partition by costs.platform, costs.campaign_id) end,
        costs.campaign_id,
        '(unallocated)'
    ) as campaign_name,
    {{ platform_key('costs.platform', 'costs.ad_group_id') }} as ad_group_id,
    coalesce(costs.ad_group_name, costs.ad_group_id) as ad_group_name,
    {{ platform_key('costs.platform', 'costs.ad_id') }} as ad_id,
    coalesce(costs.ad_name, costs.ad_id) as ad_name,
    costs.keyword,
    coalesce(costs.channel, usual.channel, named.channel, costs.platform) as channel,
    costs.impressions,
    costs.clicks,
    costs.conversions as platform_conversions,
    costs.cost,
    coalesce(upper(costs.currency), '{{ var("base_currency") }}') as currency,
    {{ to_base('costs.cost', 'rates') }} as cost_base
from resolved as costs
left join usual on costs.platform = usual.platform and usual.row_no = 1
left join named on costs.platform = named.platform
{{ join_rate('rates', 'costs.currency', 'costs.date') }}
