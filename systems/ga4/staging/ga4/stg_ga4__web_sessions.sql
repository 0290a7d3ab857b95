-- Grain: source_account, session_id.
-- One visit of a property.
{% set text = dbt.type_string() %}
with visits as (
    select
        *,
        -- what Google found out by itself are no marks of a link
        case medium
            {%- for medium, traffic_source in var('ga4_found_mediums').items() %}
            when '{{ medium }}' then '{{ traffic_source }}'
            {%- endfor %}
        end as found_source
    from {{ ref('base_ga4__sessions') }}
),

devices as (
    select * from {{ ref('seed_devices') }}
)

select
    'ga4' as source_system,
    property_id as source_account,
    session_id,
    web_client_id,
    started_at,
    cast({{ seconds_between('started_at', 'ended_at') }} as double) as duration_seconds,
    page_views,
    is_bounce,
    landing_page,
    case
        when is_google_ads then 'ad'
        when found_source is not null then found_source
        when source is null and medium is null then 'direct'
    end as traffic_source,
    case when is_google_ads then 'google_ads' end as ad_engine,
    ads_campaign_id as ad_campaign_id,
    ads_campaign as ad_campaign_name,
    cast(null as {{ text }}) as ad_id,
    {%- for name in ['source', 'medium', 'campaign', 'content', 'term'] %}
    case when found_source is null then {{ name }} end as utm_{{ name }},
    {%- endfor %}
    referrer,
    coalesce(devices.device, visits.device) as device,
    region,
    false as is_robot,
    loaded_at,
    'accepted' as row_status
from visits
left join devices on visits.device = devices.code
