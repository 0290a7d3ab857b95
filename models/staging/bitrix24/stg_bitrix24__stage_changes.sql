-- Grain: object, object_id, entered_at, stage_id.
-- One entry of a lead (pipeline '') or a deal into a stage; a change of pipeline enters a stage of the new one.
with leads as (
    select * from {{ ref('base_bitrix24__crm_stagehistory_lead') }} where row_status = 'accepted'
),

deals as (
    select * from {{ ref('base_bitrix24__crm_stagehistory_deal') }} where row_status = 'accepted'
),

entries as (
    select 'lead' as object, lead_id as object_id, '' as pipeline_id, stage_id, entered_at, semantics, change_id, loaded_at
    from leads
    union all
    select 'deal', deal_id, coalesce(pipeline_id, '0'), stage_id, entered_at, semantics, change_id, loaded_at
    from deals
),

-- two records of one second and stage are one entry
ranked as (
    select *, row_number() over (partition by object, object_id, entered_at, stage_id order by change_id desc) as row_no
    from entries
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    object,
    object_id,
    pipeline_id,
    stage_id,
    entered_at,
    case semantics when 'p' then 'open' when 's' then 'won' when 'f' then 'lost' end as status,
    loaded_at,
    'accepted' as row_status
from ranked
where row_no = 1
