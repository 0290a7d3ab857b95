-- Grain: object, object_id.
-- One lead or deal that has a history of stages, with where what was recorded before the as-of day begins and ends, and whether it goes on
-- afterwards (goes_on).
with changed as (
    select object, object_id, max(entered_at) >= {{ cutoff() }} as goes_on
    from {{ ref('stage_changes') }}
    group by object, object_id
),

recorded as (
    select
        object,
        object_id,
        min(entered_at) as first_recorded_at,
        max(entered_at) as last_recorded_at,
        max(case when entry_no = 1 then status end) as first_recorded_status,
        max(case when entry_no = entries then status end) as last_recorded_status,
        max(case when entry_no = entries then stage_id end) as last_recorded_stage_id,
        max(case when entry_no = entries then pipeline_id end) as last_recorded_pipeline_id,
        min(case when status = 'won' or funnel_step = 'qualified' then entered_at end) as first_qualified_at,
        max(case when status = 'won' then entered_at end) as last_won_at,
        max(case when status = 'lost' then entered_at end) as last_lost_at
    from {{ ref('int_stage_entries') }}
    group by object, object_id
)

select
    changed.object,
    changed.object_id,
    changed.goes_on,
    recorded.first_recorded_at,
    recorded.last_recorded_at,
    recorded.first_recorded_status,
    recorded.last_recorded_status,
    recorded.last_recorded_stage_id,
    recorded.last_recorded_pipeline_id,
    recorded.first_qualified_at,
    recorded.last_won_at,
    recorded.last_lost_at
from changed
left join recorded on changed.object = recorded.object and changed.object_id = recorded.object_id
