-- Grain: one stage that one deal entered or skipped on its way through a pipeline (event 'entered'), or one stay in a stage that has
-- ended (event 'left').  A stage counts as entered when it, or one further on, was first entered; lost is no stage of the way.
with changes as (
    select * from {{ ref('fct_stage_changes') }} where object = 'deal'
),

deals as (
    select * from {{ ref('fct_deals') }}
),

way as (
    select * from {{ ref('dim_stages') }} where object = 'deal' and status <> 'lost' and is_known
),

reached as (
    select object_id as deal_id, pipeline_id, max(place) as furthest_place
    from changes
    where status <> 'lost' and place is not null
    group by object_id, pipeline_id
),

last_places as (
    select pipeline_id, max(place) as last_place from way group by pipeline_id
),

entered as (
    select
        reached.deal_id,
        way.pipeline_id,
        way.stage_key,
        min(changes.entered_at) as entered_at,
        max({{ flag('reached.furthest_place > way.place') }}) as passed
    from reached
    inner join way on reached.pipeline_id = way.pipeline_id and way.place <= reached.furthest_place
    inner join last_places on way.pipeline_id = last_places.pipeline_id and way.place < last_places.last_place
    inner join changes
        on reached.deal_id = changes.object_id and reached.pipeline_id = changes.pipeline_id
        and changes.status <> 'lost' and changes.place >= way.place
    group by reached.deal_id, way.pipeline_id, way.stage_key
),

events as (
    select
        {{ local_date('entered_at') }} as event_date, 'entered' as event, deal_id, pipeline_id, stage_key,
        1 as stage_entries, passed as stage_passes, 0 as stays_ended, cast(null as double) as stage_days
    from entered
    union all
    select
        {{ local_date('left_at') }}, 'left', object_id, pipeline_id, stage_key,
        0, 0, 1, {{ seconds_between('entered_at', 'left_at') }} / 86400.0
    from changes
    where left_at is not null
)

select
    events.event_date,
    events.event,
    events.deal_id,
    events.pipeline_id as pipeline,
    events.stage_key as stage,
    deals.channel,
    {{ known('deals.employee_id') }} as manager,
    deals.team,
    events.stage_entries,
    events.stage_passes,
    events.stays_ended,
    events.stage_days
from events
inner join deals on events.deal_id = deals.deal_id
