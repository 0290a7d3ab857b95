-- Grain: one visit of a counter.
with visits as (
    select * from {{ ref('base_yandex_metrica__visits') }} where row_status = 'accepted'
),

devices as (
    select * from {{ ref('seed_metrica_devices') }}
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
    nullif({{ dbt.split_part(dbt.split_part('visits.start_url', "'?'", 1), "'#'", 1) }}, '') as landing_page,
    visits.traffic_source,
    visits.utm_source,
    visits.utm_medium,
    visits.utm_campaign,
    visits.utm_content,
    visits.utm_term,
    visits.referrer,
    coalesce(devices.device, visits.device_category) as device,
    visits.region,
    visits.loaded_at,
    visits.row_status
from visits
left join devices on visits.device_category = devices.code
