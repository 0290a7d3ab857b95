-- Grain: session_id.
-- One visit; where another counter is on, which tells it too, its row status is elsewhere and it goes no further.
{% set text = dbt.type_string() -%}
with visits as (
    select
        *,
        {{ roistat_named('marker', var('roistat_platforms')) }} as platform,
        {{ roistat_named('marker', var('roistat_found_sources')) }} as found_source
    from {{ ref('base_roistat__visits') }}
    where row_status = 'accepted'
)

select
    'roistat' as source_system,
    cast(null as {{ text }}) as source_account,
    session_id,
    coalesce(metrika_client_id, google_client_id, first_visit_id, session_id) as web_client_id,
    started_at,
    cast(null as double) as duration_seconds,
    cast(null as bigint) as page_views,
    cast(null as boolean) as is_bounce,
    landing_page,
    case
        when platform is not null then 'ad'
        when found_source is not null then found_source
        when marker is null and utm_source is null then 'direct'
    end as traffic_source,
    platform as ad_engine,
    cast(null as {{ text }}) as ad_campaign_id,
    cast(null as {{ text }}) as ad_campaign_name,
    cast(null as {{ text }}) as ad_id,
    -- a marker that is none of those stands for a source of its own
    coalesce(utm_source, case when platform is null and found_source is null then marker end) as utm_source,
    utm_medium,
    utm_campaign,
    utm_content,
    utm_term,
    cast(null as {{ text }}) as referrer,
    cast(null as {{ text }}) as device,
    region,
    false as is_robot,
    loaded_at,
    '{{ "elsewhere" if roistat_copies("web_sessions") else "accepted" }}' as row_status
from visits
