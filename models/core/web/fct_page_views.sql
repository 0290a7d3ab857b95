-- Grain: hit_id.
-- One page view before the as-of day, with the channel of its visit.
with hits as (
    select * from {{ ref('page_hits') }} where occurred_at < {{ cutoff() }}
),

-- few addresses have many views
pages as (
    select address, {{ page_of('address') }} as page
    from (select distinct page as address from hits) as addresses
)

select
    hits.hit_id,
    hits.source_system,
    hits.session_id,
    hits.web_client_id,
    hits.occurred_at,
    {{ local_date('hits.occurred_at') }} as occurred_on,
    {{ known('pages.page') }} as page,
    {{ known('sessions.channel') }} as channel
from hits
left join pages on hits.page = pages.address
left join {{ ref('fct_web_sessions') }} as sessions on hits.session_id = sessions.session_id
