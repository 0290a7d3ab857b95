-- Grain: one stage of one pipeline of leads or deals, in its order.  Stages that history names but no table knows any more are kept,
-- without a place in the order.
with stages as (
    select * from {{ ref('stages') }}
),

seen as (
    select 'deal' as object, pipeline_id, stage_id from {{ ref('deals') }} where stage_id is not null
    union
    -- history that names no pipeline means the deal's own
    select changes.object, coalesce(nullif(changes.pipeline_id, ''), deals.pipeline_id), changes.stage_id
    from {{ ref('stage_changes') }} as changes
    left join {{ ref('deals') }} as deals on changes.object = 'deal' and changes.object_id = deals.deal_id
),

unknown as (
    select seen.object, seen.pipeline_id, seen.stage_id
    from seen
    left join stages
        on seen.object = stages.object
        and seen.stage_id = stages.stage_id
        and coalesce(seen.pipeline_id, '') = coalesce(stages.pipeline_id, '')
    where stages.stage_id is null
)

select
    object,
    coalesce(pipeline_id, '') as pipeline_id,
    stage_id,
    concat(coalesce(pipeline_id, ''), ':', stage_id) as stage_key,
    coalesce(name, stage_id) as stage_name,
    position,
    row_number() over (partition by object, coalesce(pipeline_id, ''), coalesce(status, 'open') = 'lost' order by position, stage_id) as place,
    coalesce(status, 'open') as status,
    probability,
    funnel_step,
    true as is_known
from stages

union all

select object, coalesce(pipeline_id, ''), stage_id, concat(coalesce(pipeline_id, ''), ':', stage_id),
    concat('{{ var("unknown_member") }} ', stage_id), null, null, 'open', null, null, false
from unknown
