-- Grain: object, pipeline_id, stage_id.
-- One status of a pipeline as one of deals; its status of unsorted requests, and the lost one beside it, as one of leads.
with pipelines as (
    select * from {{ ref('base_amocrm__pipelines') }} where row_status = 'accepted'
),

statuses as (
    select
        pipelines.pipeline_id,
        pipelines.name as pipeline_name,
        pipelines.loaded_at,
        {{ json_value('status', '$.id') }} as stage_id,
        {{ json_value('status', '$.name') }} as name,
        {{ json_value('status', '$.type') }} as type,
        cast({{ json_value('status', '$.sort') }} as integer) as position
    from pipelines
    {{ unnest_json('statuses', 'status') }}
),

-- a request that is turned down unseen goes to the lost status of its pipeline, which is one of leads then
placed as (
    select *, case when type = '1' then 'lead' else 'deal' end as object from statuses
    union all
    select statuses.*, 'lead'
    from statuses
    inner join statuses as unsorted on statuses.pipeline_id = unsorted.pipeline_id and unsorted.type = '1'
    where statuses.stage_id = '143'
)

select
    'amocrm' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    object,
    pipeline_id,
    pipeline_name,
    stage_id,
    name,
    position,
    -- two ids mean the same in every pipeline
    case stage_id when '142' then 'won' when '143' then 'lost' else 'open' end as status,
    cast(null as double) as probability,
    case when type = '1' then 'lead' end as funnel_step,
    loaded_at,
    'accepted' as row_status
from placed
