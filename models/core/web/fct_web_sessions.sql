-- Grain: session_id.
-- One web session that began before the as-of day.
with sessions as (
    select * from {{ ref('web_sessions') }} where started_at < {{ cutoff() }}
),

targets as (
    select session_id, count(*) as target_actions
    from {{ ref('int_web_goals') }}
    where session_id is not null
    group by session_id
)

select
    sessions.session_id,
    sessions.source_system,
    sessions.web_client_id,
    clients.customer_key,
    sessions.started_at,
    {{ local_date('sessions.started_at') }} as started_on,
    record_channels.channel,
    record_channels.campaign,
    record_channels.ad_id,
    arrivals.is_return,
    {{ known(page_of('sessions.landing_page')) }} as landing_page,
    {{ known('sessions.device') }} as device,
    {{ known('sessions.region') }} as region,
    sessions.duration_seconds,
    coalesce(sessions.page_views, 0) as page_views,
    sessions.is_bounce,
    coalesce(targets.target_actions, 0) > 0 as is_converted
from sessions
left join targets on sessions.session_id = targets.session_id
left join {{ ref('int_web_clients') }} as clients on sessions.web_client_id = clients.web_client_id
left join {{ ref('int_record_channels') }} as record_channels on concat('v:', sessions.session_id) = record_channels.record
left join {{ ref('int_arrivals') }} as arrivals on sessions.session_id = arrivals.session_id
