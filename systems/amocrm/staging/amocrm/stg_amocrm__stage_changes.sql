-- Grain: object, object_id, entered_at, stage_id.
-- One entry of a request or a deal into a status.  The first is the status that the first change led from, at its creation; what never
-- changed has stood where it stands.
with leads as (
    select * from {{ ref('base_amocrm__leads') }} where row_status = 'accepted'
),

paths as (
    select * from {{ ref('base_amocrm__lead_paths') }}
),

moves as (
    select
        *,
        row_number() over (partition by entity_id order by happened_at, event_id) as move_no
    from {{ ref('base_amocrm__events') }}
    where row_status = 'accepted' and type = 'lead_status_changed' and to_status is not null
),

entries as (
    select entity_id as lead_id, to_pipeline as pipeline_id, to_status as stage_id, happened_at as entered_at, event_id, loaded_at
    from moves
    union all
    select
        leads.lead_id,
        case when moves.event_id is null then leads.pipeline_id else moves.from_pipeline end,
        case when moves.event_id is null then leads.status_id else moves.from_status end,
        leads.created_at,
        '',
        leads.loaded_at
    from leads
    left join moves on leads.lead_id = moves.entity_id and moves.move_no = 1
),

-- two events of one second and status are one entry; what a request alone went through is of the lead
ranked as (
    select
        entries.*,
        case when paths.is_deal and (paths.left_at is null or entries.entered_at >= paths.left_at) then 'deal' else 'lead' end as object,
        row_number() over (partition by entries.lead_id, entries.entered_at, entries.stage_id order by entries.event_id desc) as row_no
    from entries
    inner join paths on entries.lead_id = paths.lead_id
    where entries.stage_id is not null
)

select
    'amocrm' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    object,
    lead_id as object_id,
    pipeline_id,
    stage_id,
    entered_at,
    case stage_id when '142' then 'won' when '143' then 'lost' else 'open' end as status,
    loaded_at,
    'accepted' as row_status
from ranked
where row_no = 1
