-- Grain: source_account, hit_id.
-- One page view of a counter.
with page_views as (
    select * from {{ ref('base_yandex_metrica__hits') }} where row_status = 'accepted' and coalesce(is_page_view, true)
),

visits as (
    select * from {{ ref('base_yandex_metrica__visits') }} where row_status = 'accepted'
),

-- a visit lists its hits; the hits themselves name their visit since October 2025 only
listed as (
    {{ unnest_arrays('visits', keep=['session_id', 'counter_id'], arrays={'hit_id': 'hit_ids'}) | indent(4) }}
),

visits_of_hits as (
    select hit_id, min(session_id) as session_id, min(counter_id) as counter_id
    from listed
    group by hit_id
),

-- visits are numbered anew each year: a hit after New Year of a visit from before names the visit of another year, or none
begun_last_year as (
    select page_views.counter_id, page_views.hit_id, min(visits.session_id) as session_id
    from page_views
    inner join visits
        on coalesce(page_views.counter_id, '') = coalesce(visits.counter_id, '')
        and page_views.visit_id = visits.visit_id
        and page_views.web_client_id = visits.web_client_id
        and page_views.session_id <> visits.session_id
        and visits.started_at <= page_views.occurred_at
        and visits.started_at >= {{ add_seconds('page_views.occurred_at', '-86400') }}
    group by page_views.counter_id, page_views.hit_id
),

placed as (
    select
        page_views.*,
        coalesce(page_views.counter_id, visits_of_hits.counter_id) as source_account,
        coalesce(visits_of_hits.session_id, begun_last_year.session_id, page_views.session_id) as placed_session_id
    from page_views
    left join visits_of_hits on page_views.hit_id = visits_of_hits.hit_id
    left join begun_last_year
        on coalesce(page_views.counter_id, '') = coalesce(begun_last_year.counter_id, '') and page_views.hit_id = begun_last_year.hit_id
)

select
    'yandex_metrica' as source_system,
    placed.source_account,
    placed.hit_id,
    placed.occurred_at,
    placed.web_client_id,
    placed.placed_session_id as session_id,
    placed.page,
    placed.title,
    coalesce(placed.is_robot, visits.is_robot, false) as is_robot,
    placed.loaded_at,
    placed.row_status
from placed
left join visits on placed.placed_session_id = visits.session_id
