-- Grain: hit_id.
-- One page view before the as-of day.
select
    {{ local_date('hits.occurred_at') }} as event_date,
    hits.hit_id,
    hits.session_id,
    {{ known(page_of('hits.page')) }} as page,
    {{ known('sessions.channel') }} as channel,
    1 as page_views
from {{ ref('page_hits') }} as hits
left join {{ ref('fct_web_sessions') }} as sessions on hits.session_id = sessions.session_id
where hits.occurred_at < {{ cutoff() }}
