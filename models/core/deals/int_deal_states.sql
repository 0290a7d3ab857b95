-- Grain: deal_id.
-- One deal created before the as-of day, with the stage and state that it was in by then, and where its recorded history begins and
-- ends.  History goes before the record's own dates, and the record's own state before history that has stopped short of it.
with deals as (
    select * from {{ ref('deals') }} where created_at < {{ cutoff() }}
),

recorded as (
    select
        object_id as deal_id,
        min(entered_at) as first_recorded_at,
        max(entered_at) as last_recorded_at,
        max(case when entry_no = 1 then status end) as first_recorded_status,
        max(case when entry_no = entries then status end) as last_recorded_status,
        max(case when entry_no = entries then stage_id end) as last_recorded_stage_id,
        max(case when entry_no = entries then pipeline_id end) as last_recorded_pipeline_id,
        max(case when status = 'won' then entered_at end) as last_won_at,
        max(case when status = 'lost' then entered_at end) as last_lost_at
    from {{ ref('int_stage_entries') }}
    where object = 'deal'
    group by object_id
),

-- history that goes on after the as-of day: what counts is the last entry before it, not the record's later state
later as (
    select distinct object_id as deal_id from {{ ref('stage_changes') }} where object = 'deal' and entered_at >= {{ cutoff() }}
),

located as (
    select
        deals.deal_id,
        deals.created_at,
        deals.closed_at,
        coalesce(deals.pipeline_id, recorded.last_recorded_pipeline_id, '') as pipeline_id,
        deals.stage_id,
        deals.status,
        later.deal_id is not null as goes_on,
        recorded.first_recorded_at,
        recorded.first_recorded_status,
        recorded.last_recorded_at,
        recorded.last_recorded_status,
        recorded.last_recorded_stage_id,
        case recorded.last_recorded_status when 'won' then recorded.last_won_at when 'lost' then recorded.last_lost_at end as recorded_closed_at
    from deals
    left join recorded on deals.deal_id = recorded.deal_id
    left join later on deals.deal_id = later.deal_id
),

-- what no table knows of a stage is left to the history
stated as (
    select
        located.*,
        case when stages.is_known or stages.status <> 'open' then stages.status end as stage_status,
        case
            when located.goes_on then coalesce(located.last_recorded_status, 'open')
            when located.status in ('won', 'lost', 'open') then located.status
            when stages.is_known or stages.status <> 'open' then stages.status
            else coalesce(located.last_recorded_status, 'open')
        end as stated_status
    from located
    left join {{ ref('dim_stages') }} as stages
        on stages.object = 'deal' and located.pipeline_id = stages.pipeline_id and located.stage_id = stages.stage_id
),

closed as (
    select
        *,
        case
            when stated_status = 'open' then null
            when stated_status = last_recorded_status then recorded_closed_at
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
