-- Grain: object, stage_key.
-- One stage of one pipeline of leads or deals, in its order.  Stages that history names but no table knows any more are kept,
-- without a place in the order; what they mean is what history says, and they are named as a stage of another pipeline that has
-- their id, else by their id.  Those of a source without a table of stages have the place and the chance of their step.
with stages as (
    select * from {{ ref('stages') }}
),

unknown as (
    select * from {{ ref('int_untold_stages') }}
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

select
    unknown.object, unknown.pipeline_id, pipelines.pipeline_name, unknown.stage_id, concat(unknown.pipeline_id, ':', unknown.stage_id),
    coalesce(namesakes.name, unknown.stage_id), steps.supposed_rank as position, steps.supposed_rank as stage_rank, unknown.status,
    steps.supposed_probability, steps.funnel_step, false
from unknown
left join pipelines on unknown.object = pipelines.object and unknown.pipeline_id = pipelines.pipeline_id
left join namesakes on unknown.object = namesakes.object and unknown.stage_id = namesakes.stage_id
left join {{ ref('int_stage_steps') }} as steps
    on unknown.object = steps.object and unknown.pipeline_id = steps.pipeline_id and unknown.stage_id = steps.stage_id
