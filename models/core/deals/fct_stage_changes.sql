-- Grain: object, object_id, entered_at, stage_id.
-- One entry of a lead or deal into a stage, with the time it left it (null while it is there).  What the recorded history of a deal
-- leaves out is put in: a deal is open from its creation, and is closed, or open again, when its record says so.
with states as (
    select * from {{ ref('int_deal_states') }}
),

-- turns: before and after what is recorded
left_out as (
    select
        deal_id, pipeline_id, case when first_recorded_at is null then stage_id end as stage_id, created_at as entered_at, 'open' as status,
        status as deal_status, 0 as turn
    from states
    where
        case
            when first_recorded_at is null then coalesce(created_at < coalesce(won_at, lost_at), true)
            else first_recorded_status <> 'open' and created_at < first_recorded_at
        end
    union all
    select deal_id, pipeline_id, stage_id, coalesce(won_at, lost_at, last_recorded_at), status, status as deal_status, 2
    from states
    where status <> coalesce(last_recorded_status, 'open')
),

-- the deal's own stage, if it is one to be in that state in; else nobody knows which it was
added as (
    select
        left_out.*,
        case when stages.is_known or stages.status <> 'open' then stages.status else left_out.deal_status end = left_out.status as is_in_stage,
        stages.stage_rank,
        stages.funnel_step
    from left_out
    left join {{ ref('dim_stages') }} as stages
        on stages.object = 'deal' and left_out.pipeline_id = stages.pipeline_id and left_out.stage_id = stages.stage_id
),

entries as (
    select
        recorded.object, recorded.object_id, recorded.pipeline_id, recorded.stage_id,
        case
            when recorded.entry_no = 1 and recorded.status = 'open' and states.created_at < recorded.entered_at then states.created_at
            else recorded.entered_at
        end as entered_at,
        recorded.stage_rank, recorded.status, recorded.funnel_step, 1 as turn
    from {{ ref('int_stage_entries') }} as recorded
    left join states on case when recorded.object = 'deal' then recorded.object_id end = states.deal_id
    union all
    select
        'deal', deal_id, pipeline_id, case when is_in_stage then stage_id end, entered_at,
        case when is_in_stage then stage_rank end, status, case when is_in_stage then funnel_step end, turn
    from added
),

followed as (
    select
        *,
        lead(entered_at) over (partition by object, object_id order by entered_at, turn, stage_rank nulls last, stage_id) as left_at
    from entries
)

select
    object,
    object_id,
    pipeline_id,
    stage_id,
    case when stage_id is not null then concat(pipeline_id, ':', stage_id) end as stage_key,
    entered_at,
    left_at,
    stage_rank,
    status,
    funnel_step,
    left_at is null as is_latest
from followed
