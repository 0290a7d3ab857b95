-- Grain: one stage of one pipeline of leads or deals, in its order.  Stages that history names but no table knows any more are kept,
-- without a place in the order; what they mean is what history says.
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
)

select
    object,
    coalesce(pipeline_id, '') as pipeline_id,
    stage_id,
    concat(coalesce(pipeline_id, ''), ':', stage_id) as stage_key,
    coalesce(name, stage_id) as stage_name,
    position,
    row_number() over (partition by object, coalesce(pipeline_id, ''), coalesce(status, '') = 'lost' order by position, stage_id) as place,
    case when status in ('won', 'lost') then status else 'open' end as status,
    probability,
    funnel_step,
    true as is_known
from stages

union all

select object, pipeline_id, stage_id, concat(pipeline_id, ':', stage_id),
    concat('{{ var("unknown_member") }} ', stage_id), null, null, status, null, null, false
from unknown
