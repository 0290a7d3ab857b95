-- Grain: source_account, hit_id.
-- One page view of a property; without consent of the visitor it has neither browser nor visit.
select
    'ga4' as source_system,
    property_id as source_account,
    event_id as hit_id,
    occurred_at,
    web_client_id,
    session_id,
    {{ page_of('page_location') }} as page,
    page_title as title,
    false as is_robot,
    loaded_at,
    row_status
from {{ ref('base_ga4__events') }}
where row_status = 'accepted' and {{ ga4_is('page_view') }}
