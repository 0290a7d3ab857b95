-- Grain: object, pipeline_id, stage_id.
-- One stage of a pipeline of deals, won where its chance is 1 and lost where it is another closed one; or one lifecycle stage of leads, with
-- the lead statuses that turn a lead down.
with pipelines as (
    select * from {{ ref('base_hubspot__pipelines') }} where row_status = 'accepted'
),

listed as (
    select
        pipelines.pipeline_id,
        pipelines.name as pipeline_name,
        pipelines.loaded_at,
        {{ json_value('stage', '$.id') }} as stage_id,
        {{ json_value('stage', '$.label') }} as name,
        cast({{ json_value('stage', '$.displayOrder') }} as integer) as position,
        lower({{ json_value('stage', '$.metadata.isClosed') }}) = 'true' as is_closed,
        {{ try_cast_as(json_value('stage', '$.metadata.probability'), 'double') }} as probability
    from pipelines
    {{ unnest_json('stages', 'stage') }}
)

select
    'hubspot' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    'deal' as object,
    pipeline_id,
    pipeline_name,
    stage_id,
    name,
    position,
    -- a closed stage without a chance of its own is told by it alone
    case when coalesce(is_closed, probability in (0, 1)) then case when probability > 0 then 'won' else 'lost' end else 'open' end as status,
    probability,
    cast(null as {{ dbt.type_string() }}) as funnel_step,
    loaded_at,
    'accepted' as row_status
from listed
union all
select
    'hubspot',
    null,
    'lead',
    'contacts',
    'Contacts',
    stage_id,
    name,
    position,
    case status_class when 'converted' then 'won' when 'rejected' then 'lost' else 'open' end,
    null,
    case status_class when 'converted' then 'deal' when 'qualified' then 'qualified' else 'lead' end,
    loaded_at,
    'accepted'
from {{ ref('base_hubspot__lead_stages') }}
where property = 'lifecyclestage' or status_class = 'rejected'
