-- Grain: object, object_id, entered_at, stage_id.
-- One entry of a deal or a lead into a stage.  A record whose history is not told has stood where it stands since it was made; a deal's last
-- entry, into a closed stage, is dated by its day of closing.
with deals as (
    select * from {{ ref('stg_hubspot__deals') }} where row_status = 'accepted'
),

stages as (
    select
        *,
        count(*) over (partition by object, stage_id) as pipelines
    from {{ ref('stg_hubspot__stages') }}
),

history as (
    select * from {{ ref('base_hubspot__property_history') }} where row_status = 'accepted' and value is not null
),

entries as (
    select
        deals.deal_id,
        deals.pipeline_id,
        deals.closed_at,
        deals.created_at,
        coalesce(history.value, deals.stage_id) as stage_id,
        coalesce(history.happened_at, deals.created_at) as entered_at,
        coalesce(history.loaded_at, deals.loaded_at) as loaded_at
    from deals
    left join history on history.object = 'deals' and history.property = 'dealstage' and deals.deal_id = history.record_id
),

-- an earlier stage may be of another pipeline; its id tells of which
placed as (
    select
        entries.*,
        coalesce(stages.pipeline_id, entries.pipeline_id) as known_pipeline_id,
        coalesce(stages.status, 'open') as status,
        lag(entries.entered_at) over (partition by entries.deal_id order by entries.entered_at, entries.stage_id) as entered_before,
        lead(entries.entered_at) over (partition by entries.deal_id order by entries.entered_at, entries.stage_id) as left_at
    from entries
    left join stages
        on stages.object = 'deal' and entries.stage_id = stages.stage_id and (stages.pipelines = 1 or entries.pipeline_id = stages.pipeline_id)
    where entries.stage_id is not null
),

told as (
    select
        'deal' as object,
        deal_id as object_id,
        known_pipeline_id as pipeline_id,
        stage_id,
        case
            when status <> 'open' and left_at is null and closed_at >= coalesce(entered_before, created_at) then closed_at
            else entered_at
        end as entered_at,
        status,
        loaded_at
    from placed
    union all
    select 'lead', paths.lead_id, stages.pipeline_id, stages.stage_id, history.happened_at, stages.status, history.loaded_at
    from {{ ref('base_hubspot__lead_records') }} as paths
    inner join history on paths.object = history.object and paths.record_id = history.record_id
    inner join stages on stages.object = 'lead' and history.value = stages.stage_id
)

select
    'hubspot' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    object,
    object_id,
    pipeline_id,
    stage_id,
    entered_at,
    status,
    max(loaded_at) as loaded_at,
    'accepted' as row_status
from told
group by object, object_id, pipeline_id, stage_id, entered_at, status
