-- Grain: event_id.
-- One goal or purchase on the site before the as-of day, with the visit it belongs to (null: none is known).  One that names no
-- known visit belongs to the browser's last visit at or before it, of that day or the day before.
with goals as (
    select
        *,
        {{ local_date('occurred_at') }} as occurred_on
    from {{ ref('web_events') }}
    where occurred_at < {{ cutoff() }} and event in ('goal', 'purchase')
),

visits as (
    select
        session_id,
        web_client_id,
        started_at,
        {{ local_date('started_at') }} as started_on
    from {{ ref('web_sessions') }}
    where started_at < {{ cutoff() }}
),

unplaced as (
    select goals.event_id, goals.web_client_id, goals.occurred_at, goals.occurred_on
    from goals
    left join visits on goals.session_id = visits.session_id
    where visits.session_id is null
),

nearest as (
    select
        unplaced.event_id,
        visits.session_id,
        row_number() over (partition by unplaced.event_id order by visits.started_at desc, visits.session_id asc) as row_no
    from unplaced
    inner join visits
        on unplaced.web_client_id = visits.web_client_id
        and visits.started_at <= unplaced.occurred_at
        and visits.started_on >= {{ dbt.dateadd('day', -1, 'unplaced.occurred_on') }}
)

select
    goals.event_id,
    goals.source_system,
    visits.session_id,
    goals.occurred_at,
    goals.order_id,
    goals.amount,
    -- a goal after midnight is of its visit's day, so that whoever reached it is among the visitors of that day
    coalesce(visits.started_on, goals.occurred_on) as event_date,
    case when goals.event = 'purchase' then 'purchase' else {{ known('goals.goal') }} end as goal,
    coalesce(visits.web_client_id, goals.web_client_id) as visitor_id
from goals
left join nearest on goals.event_id = nearest.event_id and nearest.row_no = 1
left join visits on coalesce(nearest.session_id, goals.session_id) = visits.session_id
