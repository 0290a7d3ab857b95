-- Grain: property_id, session_id.
-- One visit with the source that it had: that of its last click as Google has worked it out, else the first that its events tell and that is not
-- direct; and with its first page.
with events as (
    select * from {{ ref('base_ga4__events') }} where row_status = 'accepted' and session_id is not null
),

sources as (
    select
        *,
        row_number() over (partition by property_id, session_id order by told_by, occurred_at, event_id) as row_no
    from events
    where google_click is not null or source <> '(direct)'
),

pages as (
    select
        *,
        row_number() over (partition by property_id, session_id order by occurred_at, event_id) as row_no
    from events
    where page_location is not null
),

visits as (
    select
        property_id,
        session_id,
        min(web_client_id) as web_client_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        sum({{ flag(ga4_is('page_view')) }}) as page_views,
        max({{ flag('is_engaged') }}) = 0 as is_bounce,
        max(device) as device,
        max(city) as region,
        max(loaded_at) as loaded_at
    from events
    group by property_id, session_id
)

select
    visits.*,
    pages.page_location as landing_page,
    pages.page_referrer as referrer,
    sources.source,
    sources.medium,
    sources.campaign,
    sources.content,
    sources.term,
    sources.google_click is not null as is_google_ads,
    sources.ads_campaign_id,
    sources.ads_campaign
from visits
left join pages
    on coalesce(visits.property_id, '') = coalesce(pages.property_id, '') and visits.session_id = pages.session_id and pages.row_no = 1
left join sources
    on coalesce(visits.property_id, '') = coalesce(sources.property_id, '') and visits.session_id = sources.session_id and sources.row_no = 1
