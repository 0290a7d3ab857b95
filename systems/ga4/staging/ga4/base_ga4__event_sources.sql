-- Grain: _raw_file, _raw_row.
-- One raw row of ga4/events that tells where its visitor came from: by the last click of the visit as Google has worked it out (told_by 1), by the
-- marks that came with the event (2), or by its parameters (3).
{% set clicks = 'session_traffic_source_last_click' %}
with told as (
    select
        events._raw_file,
        events._raw_row,
        {{ json_value('events.' ~ clicks, '$.google_ads_campaign.campaign_id') }} as ads_campaign_id,
        {{ json_value('events.' ~ clicks, '$.google_ads_campaign.campaign_name') }} as ads_campaign,
        {{ json_value('events.collected_traffic_source', '$.gclid') }} as collected_gclid,
        params.gclid as param_gclid,
        {%- for mark, campaign in {
            'source': 'source', 'medium': 'medium', 'campaign': 'campaign_name', 'content': 'content', 'term': 'term'
        }.items() %}
        coalesce(
            {{ json_value('events.' ~ clicks, '$.manual_campaign.' ~ campaign) }},
            {{ json_value('events.' ~ clicks, '$.cross_channel_campaign.' ~ campaign) }}
        ) as click_{{ mark }},
        {{ json_value('events.collected_traffic_source', '$.manual_' ~ campaign) }} as collected_{{ mark }},
        params.{{ mark }} as param_{{ mark }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ source('ga4', 'events') }} as events
    left join {{ ref('base_ga4__event_params') }} as params on events._raw_file = params._raw_file and events._raw_row = params._raw_row
),

ranked as (
    select
        *,
        case
            when {{ var('ga4_last_click') }} and coalesce(click_source, ads_campaign_id) <> '' then '1'
            when coalesce(collected_source, collected_gclid) <> '' then '2'
            when coalesce(param_source, param_gclid) <> '' then '3'
        end as told_by
    from told
)

select
    _raw_file,
    _raw_row,
    told_by,
    {%- for mark in ['source', 'medium', 'campaign', 'content', 'term'] %}
    case told_by when '1' then click_{{ mark }} when '2' then collected_{{ mark }} else param_{{ mark }} end as {{ mark }},
    {%- endfor %}
    case told_by when '1' then ads_campaign_id when '2' then collected_gclid else param_gclid end as google_click,
    case told_by when '1' then ads_campaign_id end as ads_campaign_id,
    case told_by when '1' then ads_campaign end as ads_campaign
from ranked
where told_by is not null
