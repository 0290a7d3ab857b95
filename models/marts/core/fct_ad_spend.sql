-- Grain: one ad (or campaign, where the platform tells no more) on one day.
select
    costs.source_system,
    costs.date as event_date,
    costs.platform,
    costs.account_id,
    coalesce(costs.campaign_id, '(unallocated)') as campaign,
    coalesce(costs.campaign_name, '(unallocated)') as campaign_name,
    costs.ad_id,
    case
        when costs.utm_source is not null then coalesce(by_trace.channel, costs.platform)
        else coalesce(by_platform.channel, costs.platform)
    end as channel,
    costs.impressions,
    costs.clicks,
    costs.conversions as platform_conversions,
    costs.cost,
    coalesce(upper(costs.currency), '{{ var("base_currency") }}') as currency,
    {{ to_base('costs.cost', 'rates') }} as cost_base
from {{ ref('int_ad_costs') }} as costs
left join {{ ref('int_channels') }} as by_trace
    on {{ channel_key('costs.utm_source', 'costs.utm_medium', 'null', 'null') }} = by_trace.channel_key
left join {{ ref('int_channels') }} as by_platform on {{ channel_key('null', 'null', 'null', 'costs.platform') }} = by_platform.channel_key
{{ join_rate('rates', 'costs.currency', 'costs.date') }}
