-- Grain: hit_id.
-- One page view before the as-of day.
select
    occurred_on as event_date,
    hit_id,
    session_id,
    page,
    channel,
    1 as page_views
from {{ ref('fct_page_views') }}
