-- Grain: session_id.
-- One visit, on the day it began, or one goal reached outside any known visit: whoever reached it was there.
with visits as (
    select * from {{ ref('fct_web_sessions') }}
),

goals_alone as (
    select * from {{ ref('int_web_goals') }} where session_id is null
)

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
    {{ flag('is_bounce is not null') }} as judged_visits,
    {{ flag('is_bounce') }} as bounced_visits,
    {{ flag('is_converted') }} as converted_visits,
    page_views as session_page_views,
    duration_seconds
from visits

union all

select
    event_date,
    concat('event:', event_id),
    visitor_id as web_client_id,
    visitor_id as converted_client_id,
    source_system,
    '{{ var("unknown_member") }}',
    '(none)',
    '{{ var("unknown_member") }}',
    '{{ var("unknown_member") }}',
    '{{ var("unknown_member") }}',
    0,
    0,
    0,
    0,
    0,
    null
from goals_alone
