-- Grain: object, pipeline_id, stage_id.
-- One stage of leads (pipeline '') or of a pipeline of deals.
with entries as (
    select
        *,
        case when dictionary = 'STATUS' then 'lead' else 'deal' end as object,
        case
            when dictionary = 'STATUS' then ''
            when dictionary = 'DEAL_STAGE' then '0'
            else replace(dictionary, 'DEAL_STAGE_', '')
        end as pipeline_id,
        coalesce(semantics, lower({{ json_value('extra', '$.SEMANTICS') }})) as meaning
    from {{ ref('base_bitrix24__crm_status') }}
    where row_status = 'accepted' and (dictionary in ('STATUS', 'DEAL_STAGE') or left(dictionary, 11) = 'DEAL_STAGE_')
),

-- an id may have been given again after its first stage was removed
latest as (
    select *, row_number() over (partition by object, pipeline_id, status_id order by entry_id desc) as row_no
    from entries
),

steps as (
    select * from {{ ref('seed_bitrix24_stage_steps') }}
),

-- pipelines of deals; of other things (smart processes) a portal may have some with the same ids
pipelines as (
    select pipeline_id, max(name) as name
    from {{ ref('base_bitrix24__crm_category') }}
    where row_status = 'accepted' and coalesce(entity_type_id, '2') = '2'
    group by pipeline_id
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    latest.object,
    latest.pipeline_id,
    pipelines.name as pipeline_name,
    latest.status_id as stage_id,
    latest.name,
    coalesce(latest.sort, latest.entry_id) as position,
    case
        when latest.meaning in ('s', 'success') then 'won'
        when latest.meaning in ('f', 'failure', 'apology') then 'lost'
        else 'open'
    end as status,
    case when steps.probability > 1 then steps.probability / 100 else steps.probability end as probability,
    steps.funnel_step,
    latest.loaded_at,
    'accepted' as row_status
from latest
left join pipelines on latest.object = 'deal' and latest.pipeline_id = pipelines.pipeline_id
left join steps
    on
        latest.object = steps.object
        and latest.pipeline_id = coalesce(steps.pipeline_id, '')
        and latest.status_id = steps.stage_id
where latest.row_no = 1
