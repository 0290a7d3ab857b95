-- Grain: object, object_id, entered_at, stage_id.
-- One entry of a lead or an opportunity into a status or stage.
with deals as (
    select * from {{ ref('stg_salesforce__deals') }} where row_status = 'accepted'
),

leads as (
    select * from {{ ref('stg_salesforce__leads') }} where row_status = 'accepted'
),

-- a row is a copy of the opportunity after a change of its stage, amount, chance or day of closing; the first, one as it was made
copies as (
    select
        history.*,
        deals.created_at,
        lag(history.stage_id) over (partition by history.deal_id order by history.happened_at, history.history_id) as stage_before
    from {{ ref('base_salesforce__opportunity_history') }} as history
    inner join deals on history.deal_id = deals.deal_id
    where history.row_status = 'accepted'
),

moves as (
    select *, row_number() over (partition by lead_id order by happened_at, history_id) as move_no
    from {{ ref('base_salesforce__lead_history') }}
    where row_status = 'accepted' and field = 'status'
),

entries as (
    select
        'deal' as object,
        deal_id as object_id,
        stage_id,
        case when stage_before is null then created_at else happened_at end as entered_at,
        history_id,
        loaded_at
    from copies
    where stage_before is null or stage_id <> stage_before
    union all
    select 'deal', deals.deal_id, deals.stage_id, coalesce(deals.closed_at, deals.created_at), '', deals.loaded_at
    from deals
    left join copies on deals.deal_id = copies.deal_id and copies.stage_before is null
    where copies.deal_id is null
    union all
    select 'lead', lead_id, new_value, happened_at, history_id, loaded_at from moves
    union all
    -- one whose changes nobody wrote down has stood where it stands, unless that is an end
    select 'lead', leads.lead_id, coalesce(moves.old_value, leads.status), leads.created_at, '', leads.loaded_at
    from leads
    left join moves on leads.lead_id = moves.lead_id and moves.move_no = 1
    where moves.lead_id is not null or leads.status_class not in ('converted', 'rejected')
),

-- there and back within one second is one entry
ranked as (
    select *, row_number() over (partition by object, object_id, entered_at, stage_id order by history_id desc) as row_no
    from entries
    where stage_id is not null
)

select
    'salesforce' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    object,
    object_id,
    cast(null as {{ dbt.type_string() }}) as pipeline_id,
    stage_id,
    entered_at,
    cast(null as {{ dbt.type_string() }}) as status,
    loaded_at,
    'accepted' as row_status
from ranked
where row_no = 1
