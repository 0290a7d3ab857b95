-- Grain: hit_id.
-- One page view before the as-of day, with the channel of its visit.
select
    hits.hit_id,
    hits.source_system,
    hits.session_id,
    hits.web_client_id,
    hits.occurred_at,
    {{ local_date('hits.occurred_at') }} as occurred_on,
    {{ known(page_of('hits.page')) }} as page,
    {{ known('sessions.channel') }} as channel
from {{ ref('page_hits') }} as hits
left join {{ ref('fct_web_sessions') }} as sessions on hits.session_id = sessions.session_id
where hits.occurred_at < {{ cutoff() }}
