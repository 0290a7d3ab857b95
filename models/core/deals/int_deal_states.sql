-- Grain: deal_id.
-- One deal created before the as-of day, with the stage and state that it was in by then, and where its recorded history begins and
-- ends.  History goes before the record's own dates, and the record's own state before history that has stopped short of it.
with deals as (
    select
        deals.deal_id,
        deals.created_at,
        deals.closed_at,
        coalesce(deals.pipeline_id, histories.last_recorded_pipeline_id, '') as pipeline_id,
        deals.stage_id,
        deals.status,
        histories.*
    from {{ ref('deals') }} as deals
    left join {{ ref('int_stage_histories') }} as histories on histories.object = 'deal' and deals.deal_id = histories.object_id
    where deals.created_at < {{ cutoff() }}
),

-- what no table knows of a stage is left to the history; where that goes on after the as-of day, its last entry before it counts, not the
-- record's later state
stated as (
    select
        deals.*,
        case when stages.is_known or stages.status <> 'open' then stages.status end as stage_status,
        case
            when deals.goes_on then coalesce(deals.last_recorded_status, 'open')
            when deals.status in ('won', 'lost', 'open') then deals.status
            when stages.is_known or stages.status <> 'open' then stages.status
            else coalesce(deals.last_recorded_status, 'open')
        end as stated_status
    from deals
    left join {{ ref('dim_stages') }} as stages
        on stages.object = 'deal' and deals.pipeline_id = stages.pipeline_id and deals.stage_id = stages.stage_id
),

closed as (
    select
        *,
        case
            when stated_status = 'open' then null
            when stated_status = last_recorded_status then case stated_status when 'won' then last_won_at else last_lost_at end
            when coalesce(closed_at, last_recorded_at) is null then {{ end_of_told_day('created_at') }}
            else greatest(coalesce(closed_at, last_recorded_at), coalesce(last_recorded_at, closed_at))
        end as closing,
        coalesce(stated_status = last_recorded_status, false) or closed_at is not null as is_closing_told
    from stated
),

known_state as (
    select
        *,
        case when closing < {{ cutoff() }} then stated_status else 'open' end as status_known
    from closed
)

select
    deal_id,
    created_at,
    pipeline_id,
    case
        when goes_on then last_recorded_stage_id
        when status_known = 'open' and coalesce(stage_status, stated_status) <> 'open'
            then case when last_recorded_status = 'open' then last_recorded_stage_id end
        else stage_id
    end as stage_id,
    status_known as status,
    case when status_known = 'won' then closing end as won_at,
    case when status_known = 'lost' then closing end as lost_at,
    is_closing_told,
    first_recorded_at,
    first_recorded_status,
    last_recorded_at,
    last_recorded_status
from known_state
