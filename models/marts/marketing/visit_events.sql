-- Grain: one visit, on the day it began.
select
    started_on as event_date,
    session_id,
    web_client_id,
    case when is_converted then web_client_id end as converted_client_id,
    source_system,
    channel,
    campaign,
    landing_page,
    device,
    region,
    1 as visits,
    {{ flag('is_bounce') }} as bounced_visits,
    {{ flag('is_converted') }} as converted_visits,
    page_views as session_page_views,
    duration_seconds
from {{ ref('fct_web_sessions') }}
