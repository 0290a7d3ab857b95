-- Grain: object, stage_key.
-- One stage of one pipeline of leads or deals, in its order.  Stages that history names but no table knows any more are kept,
-- without a place in the order; what they mean is what history says, and they are named as a stage of another pipeline that has
-- their id, else by their id.
with stages as (
    select * from {{ ref('stages') }}
),

-- a deal that names no pipeline means that of its history
histories as (
    select object_id as deal_id, max(pipeline_id) as pipeline_id from {{ ref('stage_changes') }} where object = 'deal' group by object_id
),

seen as (
    select
        'deal' as object,
        coalesce(deals.pipeline_id, histories.pipeline_id) as pipeline_id,
        deals.stage_id,
        cast(null as {{ dbt.type_string() }}) as status
    from {{ ref('deals') }} as deals
    left join histories on deals.deal_id = histories.deal_id
    where deals.stage_id is not null
    union
    -- and history that names none the deal's own
    select changes.object, coalesce(nullif(changes.pipeline_id, ''), deals.pipeline_id), changes.stage_id, changes.status
    from {{ ref('stage_changes') }} as changes
    left join {{ ref('deals') }} as deals on case when changes.object = 'deal' then changes.object_id end = deals.deal_id
),

unknown as (
    select seen.object, coalesce(seen.pipeline_id, '') as pipeline_id, seen.stage_id, coalesce(max(seen.status), 'open') as status
    from seen
    left join stages
        on seen.object = stages.object
        and seen.stage_id = stages.stage_id
        and coalesce(seen.pipeline_id, '') = coalesce(stages.pipeline_id, '')
    where stages.stage_id is null
    group by seen.object, coalesce(seen.pipeline_id, ''), seen.stage_id
),

pipelines as (
    select object, coalesce(pipeline_id, '') as pipeline_id, max(pipeline_name) as pipeline_name
    from stages
    group by object, coalesce(pipeline_id, '')
),

namesakes as (
    select object, stage_id, max(name) as name
    from stages
    group by object, stage_id
    having count(distinct name) = 1
)

select
    stages.object,
    coalesce(stages.pipeline_id, '') as pipeline_id,
    stages.pipeline_name,
    stages.stage_id,
    concat(coalesce(stages.pipeline_id, ''), ':', stages.stage_id) as stage_key,
    coalesce(stages.name, stages.stage_id) as stage_name,
    stages.position,
    row_number() over (
        partition by stages.object, coalesce(stages.pipeline_id, ''), coalesce(stages.status, '') = 'lost' order by stages.position, stages.stage_id
    ) as stage_rank,
    case when stages.status in ('won', 'lost') then stages.status else 'open' end as status,
    coalesce(stages.probability, steps.supposed_probability) as probability,
    steps.funnel_step,
    true as is_known
from stages
left join {{ ref('int_stage_steps') }} as steps
    on stages.object = steps.object and coalesce(stages.pipeline_id, '') = steps.pipeline_id and stages.stage_id = steps.stage_id

union all

select unknown.object, unknown.pipeline_id, pipelines.pipeline_name, unknown.stage_id, concat(unknown.pipeline_id, ':', unknown.stage_id),
    coalesce(namesakes.name, unknown.stage_id), null, null, unknown.status, null, null, false
from unknown
left join pipelines on unknown.object = pipelines.object and unknown.pipeline_id = pipelines.pipeline_id
left join namesakes on unknown.object = namesakes.object and unknown.stage_id = namesakes.stage_id
