-- Grain: object, pipeline_id, stage_id.
-- One status of a pipeline of deals, or its status of unsorted requests, which is one of leads.
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
)

select
    'amocrm' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    case when type = '1' then 'lead' else 'deal' end as object,
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
from statuses
