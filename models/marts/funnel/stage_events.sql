-- Grain: event, deal_id, pipeline, stage, entered_at.
-- One open stage that one deal entered or skipped on its way through a pipeline (event 'entered'), or one stay in an open stage that
-- has ended (event 'left').  A stage counts as entered when it, or one further on, was first entered.
{%- set mature_since = dbt.dateadd('day', -var('maturity_days'), as_of()) %}
{%- set still_there = "event = 'entered' and stage_passes = 0 and deals.is_open and event_date > " ~ mature_since %}
with stays as (
    select * from {{ ref('fct_stage_changes') }} where object = 'deal'
),

deals as (
    select
        *,
        status = 'open' as is_open
    from {{ ref('fct_deals') }}
),

stages as (
    select *, max(stage_rank) over (partition by pipeline_id) as last_rank
    from {{ ref('dim_stages') }}
    where object = 'deal' and status <> 'lost' and is_known
),

-- a win in a stage that nobody knows is further on than any
entered as (
    select
        stays.object_id as deal_id,
        way.pipeline_id,
        way.stage_key,
        way.stage_rank,
        min(stays.entered_at) as entered_at,
        max({{ flag('coalesce(stays.stage_rank > way.stage_rank, true)') }}) as passed
    from stays
    inner join stages as way
        on stays.pipeline_id = way.pipeline_id
        and (stays.stage_rank >= way.stage_rank or (stays.stage_rank is null and stays.status = 'won'))
    -- a stage of the way is one that leads on to another, and lost is no step of it
    where way.status = 'open' and way.stage_rank < way.last_rank and stays.status <> 'lost'
    group by stays.object_id, way.pipeline_id, way.stage_key, way.stage_rank
),

events as (
    select
        {{ local_date('entered_at') }} as event_date, 'entered' as event, deal_id, pipeline_id, stage_key, stage_rank, entered_at,
        1 as stage_entries, passed as stage_passes, 0 as stays_ended, cast(null as double) as stage_days
    from entered
    union all
    select
        {{ local_date('left_at') }}, 'left', object_id, pipeline_id, stage_key, stage_rank, entered_at,
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
    events.stage_rank,
    events.entered_at,
    deals.channel,
    {{ known('deals.employee_id') }} as manager,
    deals.team,
    events.stage_entries,
    events.stage_passes,
    {{ flag(still_there) }} as stage_entries_open,
    {{ flag("event = 'entered' and not (" ~ still_there ~ ")") }} as stage_entries_decided,
    events.stays_ended,
    events.stage_days
from events
inner join deals on events.deal_id = deals.deal_id
