-- Grain: one entry of a lead or deal into a stage, with the time it left it (null while it is there).  A record without any history is
-- given one: its current stage from its creation on or, where it is closed, from its closing.
with changes as (
    select object, object_id, coalesce(pipeline_id, '') as pipeline_id, stage_id, entered_at
    from {{ ref('stage_changes') }}
    where entered_at < {{ cutoff() }}
),

deals as (
    select * from {{ ref('deals') }}
),

-- history that names its owner's pipeline nowhere takes it from the deal
placed as (
    select
        changes.object,
        changes.object_id,
        case when changes.pipeline_id = '' then coalesce(deals.pipeline_id, '') else changes.pipeline_id end as pipeline_id,
        changes.stage_id,
        changes.entered_at
    from changes
    left join deals on changes.object = 'deal' and changes.object_id = deals.deal_id
),

without_history as (
    select
        'deal' as object,
        deals.deal_id as object_id,
        coalesce(deals.pipeline_id, '') as pipeline_id,
        deals.stage_id,
        case when deals.status in ('won', 'lost') then coalesce(deals.closed_at, deals.created_at) else deals.created_at end as entered_at
    from deals
    left join (select distinct object_id from changes where object = 'deal') as known on deals.deal_id = known.object_id
    where deals.stage_id is not null and known.object_id is null and deals.created_at < {{ cutoff() }}
),

entries as (
    select * from placed
    union all
    select * from without_history where entered_at < {{ cutoff() }}
)

select
    entries.object,
    entries.object_id,
    entries.pipeline_id,
    entries.stage_id,
    concat(entries.pipeline_id, ':', entries.stage_id) as stage_key,
    entries.entered_at,
    lead(entries.entered_at) over (
        partition by entries.object, entries.object_id order by entries.entered_at, stages.place nulls last, entries.stage_id
    ) as left_at,
    stages.place,
    coalesce(stages.status, 'open') as status,
    stages.funnel_step,
    row_number() over (
        partition by entries.object, entries.object_id order by entries.entered_at desc, stages.place desc nulls last, entries.stage_id desc
    ) = 1 as is_latest
from entries
left join {{ ref('dim_stages') }} as stages
    on entries.object = stages.object and entries.pipeline_id = stages.pipeline_id and entries.stage_id = stages.stage_id
