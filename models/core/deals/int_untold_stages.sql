-- Grain: object, pipeline_id, stage_id.
-- One stage that deals or history name and no table knows, with what history says of it.  Where a source has no table of stages at all, the stages
-- that its deals and its history name stand in for one (is_supposed), but for those in which no deal that stands there is open.
with told_sources as (
    select distinct object, source_system, coalesce(source_account, '') as source_account from {{ ref('stages') }}
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
        cast(null as {{ dbt.type_string() }}) as status,
        {{ flag("coalesce(deals.status, 'open') not in ('won', 'lost')") }} as is_open_now,
        deals.source_system,
        deals.source_account
    from {{ ref('deals') }} as deals
    left join histories on deals.deal_id = histories.deal_id
    where deals.stage_id is not null
    union all
    -- and history that names none the deal's own
    select
        changes.object, coalesce(nullif(changes.pipeline_id, ''), deals.pipeline_id), changes.stage_id, changes.status, null,
        changes.source_system, changes.source_account
    from {{ ref('stage_changes') }} as changes
    left join {{ ref('deals') }} as deals on case when changes.object = 'deal' then changes.object_id end = deals.deal_id
)

select
    seen.object,
    coalesce(seen.pipeline_id, '') as pipeline_id,
    seen.stage_id,
    coalesce(max(seen.status), 'open') as status,
    max({{ flag('told_sources.object is null') }}) = 1 and coalesce(max(seen.status), 'open') = 'open' and coalesce(max(seen.is_open_now), 1) = 1
        as is_supposed
from seen
left join {{ ref('stages') }} as stages
    on seen.object = stages.object
    and seen.stage_id = stages.stage_id
    and coalesce(seen.pipeline_id, '') = coalesce(stages.pipeline_id, '')
left join told_sources
    on seen.object = told_sources.object
    and seen.source_system = told_sources.source_system
    and coalesce(seen.source_account, '') = told_sources.source_account
where stages.stage_id is null
group by seen.object, coalesce(seen.pipeline_id, ''), seen.stage_id
