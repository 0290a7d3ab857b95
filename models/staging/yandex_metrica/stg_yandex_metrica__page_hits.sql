-- Grain: one page view of a counter.
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
)

select
    'yandex_metrica' as source_system,
    coalesce(page_views.counter_id, visits_of_hits.counter_id) as source_account,
    page_views.hit_id,
    page_views.occurred_at,
    page_views.web_client_id,
    coalesce(visits_of_hits.session_id, page_views.session_id) as session_id,
    nullif({{ dbt.split_part(dbt.split_part('page_views.url', "'?'", 1), "'#'", 1) }}, '') as page,
    page_views.title,
    page_views.loaded_at,
    page_views.row_status
from page_views
left join visits_of_hits on page_views.hit_id = visits_of_hits.hit_id
