-- Grain: source_account, session_id.
-- One visit of a counter.
with visits as (
    select * from {{ ref('base_yandex_metrica__visits') }} where row_status = 'accepted'
),

devices as (
    select * from {{ ref('seed_devices') }}
)

select
    'yandex_metrica' as source_system,
    visits.counter_id as source_account,
    visits.session_id,
    visits.web_client_id,
    visits.started_at,
    visits.duration_seconds,
    visits.page_views,
    visits.is_bounce,
    visits.start_url as landing_page,
    visits.traffic_source,
    -- a campaign of Direct is told of a click of Direct, whatever engine the counter names
    case
        when visits.direct_campaign_id is not null and coalesce(visits.traffic_source, 'ad') = 'ad' then 'ya_direct'
        else visits.ad_engine
    end as ad_engine,
    visits.direct_campaign_id as ad_campaign_id,
    visits.direct_campaign_name as ad_campaign_name,
    visits.direct_ad_id as ad_id,
    -- the older marks of links stand in where a visit has neither UTM marks nor an ad system
    coalesce(visits.utm_source, case when visits.ad_engine is null then coalesce(visits.openstat_service, visits.from_mark) end) as utm_source,
    visits.utm_medium,
    coalesce(visits.utm_campaign, case when visits.ad_engine is null then visits.openstat_campaign end) as utm_campaign,
    visits.utm_content,
    visits.utm_term,
    visits.referrer,
    coalesce(devices.device, visits.device_category) as device,
    visits.region,
    coalesce(visits.is_robot, false) as is_robot,
    visits.loaded_at,
    visits.row_status
from visits
left join devices on visits.device_category = devices.code
