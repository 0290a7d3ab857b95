-- Grain: object, pipeline_id, stage_id.
-- One stage of a pipeline of deals, won where its chance is 1 and lost where it is another closed one; or one stage of leads: of their pipelines, or
-- a lifecycle stage, with the lead statuses that turn a lead down.
with pipelines as (
    select * from {{ ref('base_hubspot__pipelines') }} where row_status = 'accepted'
),

listed as (
    select
        coalesce(pipelines.object, 'deals') as pipeline_object,
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
where pipeline_object = 'deals'
union all
select
    'hubspot',
    null,
    'lead',
    listed.pipeline_id,
    listed.pipeline_name,
    listed.stage_id,
    listed.name,
    listed.position,
    case when lead_stages.status_class = 'rejected' then 'lost' else 'open' end,
    null,
    case when lead_stages.status_class = 'qualified' then 'qualified' else 'lead' end,
    listed.loaded_at,
    'accepted'
from listed
left join {{ ref('base_hubspot__lead_stages') }} as lead_stages
    on lead_stages.property = 'hs_pipeline_stage' and listed.stage_id = lead_stages.stage_id
where listed.pipeline_object = 'leads'
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
where property = 'lifecyclestage' or property = 'hs_lead_status' and status_class = 'rejected'
