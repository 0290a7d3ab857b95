-- Grain: object, object_id, entry_no.
-- One entry of a lead or deal into a stage that its source recorded before the as-of day, numbered from the first to the last.
with changes as (
    select object, object_id, coalesce(pipeline_id, '') as pipeline_id, stage_id, entered_at
    from {{ ref('stage_changes') }}
    where entered_at < {{ cutoff() }}
),

-- history that names its owner's pipeline nowhere takes it from the deal
placed as (
    select
        changes.object,
        changes.object_id,
        case when changes.pipeline_id = '' then coalesce(deals.pipeline_id, '') else changes.pipeline_id end as pipeline_id,
        changes.stage_id,
        changes.entered_at,
        case when changes.stage_id = deals.stage_id and deals.status in ('won', 'lost') then deals.status end as stated_status
    from changes
    left join {{ ref('deals') }} as deals on case when changes.object = 'deal' then changes.object_id end = deals.deal_id
),

-- a stage that no table knows means what its deal says of it, else open
classed as (
    select
        placed.object,
        placed.object_id,
        placed.pipeline_id,
        placed.stage_id,
        placed.entered_at,
        stages.stage_rank,
        case when stages.is_known or stages.status <> 'open' then stages.status else coalesce(placed.stated_status, 'open') end as status,
        stages.funnel_step
    from placed
    left join {{ ref('dim_stages') }} as stages
        on placed.object = stages.object and placed.pipeline_id = stages.pipeline_id and placed.stage_id = stages.stage_id
)

select
    *,
    row_number() over (partition by object, object_id order by entered_at, stage_rank nulls last, stage_id) as entry_no,
    count(*) over (partition by object, object_id) as entries
from classed
