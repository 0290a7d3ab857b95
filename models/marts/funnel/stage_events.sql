-- Grain: event, deal_id, pipeline, stage, entered_at.
-- One open stage that one deal entered or skipped on its way through a pipeline (event 'entered'), or one stay in an open stage that
-- has ended (event 'left').  A stage counts as entered when it, or one further on, was first entered; a win in a stage that nobody knows is further
-- on than any, and lost is no stage of the way.
with stays as (
    select * from {{ ref('fct_stage_changes') }} where object = 'deal'
),

deals as (
    select * from {{ ref('fct_deals') }}
),

stages as (
    select * from {{ ref('dim_stages') }} where object = 'deal' and status <> 'lost' and is_known
),

last_ranks as (
    select pipeline_id, max(stage_rank) as last_rank from stages group by pipeline_id
),

-- a stage of the way is one that leads on to another
way as (
    select stages.pipeline_id, stages.stage_key, stages.stage_rank
    from stages
    inner join last_ranks on stages.pipeline_id = last_ranks.pipeline_id and stages.stage_rank < last_ranks.last_rank
    where stages.status = 'open'
),

steps as (
    select
        stays.object_id as deal_id,
        stays.pipeline_id,
        stays.entered_at,
        case when stays.status = 'won' and stays.stage_rank is null then last_ranks.last_rank else stays.stage_rank end as stage_rank
    from stays
    inner join last_ranks on stays.pipeline_id = last_ranks.pipeline_id
    where stays.status <> 'lost'
),

entered as (
    select
        steps.deal_id,
        way.pipeline_id,
        way.stage_key,
        min(steps.entered_at) as entered_at,
        max({{ flag('steps.stage_rank > way.stage_rank') }}) as passed
    from steps
    inner join way on steps.pipeline_id = way.pipeline_id and steps.stage_rank >= way.stage_rank
    group by steps.deal_id, way.pipeline_id, way.stage_key
),

events as (
    select
        {{ local_date('entered_at') }} as event_date, 'entered' as event, deal_id, pipeline_id, stage_key, entered_at,
        1 as stage_entries, passed as stage_passes, 0 as stays_ended, cast(null as double) as stage_days
    from entered
    union all
    select
        {{ local_date('left_at') }}, 'left', object_id, pipeline_id, stage_key, entered_at,
        0, 0, 1, {{ seconds_taken('entered_at', 'left_at') }} / 86400.0
    from stays
    -- where nobody knows the stage, there is no stay to measure
    where left_at is not null and stage_key is not null and status = 'open'
)

select
    events.event_date,
    events.event,
    events.deal_id,
    events.pipeline_id as pipeline,
    events.stage_key as stage,
    events.entered_at,
    deals.channel,
    {{ known('deals.employee_id') }} as manager,
    deals.team,
    events.stage_entries,
    events.stage_passes,
    events.stays_ended,
    events.stage_days
from events
inner join deals on events.deal_id = deals.deal_id
