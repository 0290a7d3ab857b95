-- Grain: lead_id.
-- One accepted record of leads: whether it ever stood unsorted, as a request that nobody took, when it left there, and
-- whether it has become a deal.
with leads as (
    select * from {{ ref('base_amocrm__leads') }} where row_status = 'accepted'
),

unsorted as (
    select pipeline_id, stage_id from {{ ref('stg_amocrm__stages') }} where object = 'lead' and status = 'open'
),

moves as (
    select
        entity_id as lead_id,
        to_status,
        happened_at,
        row_number() over (partition by entity_id order by happened_at, event_id) as move_no
    from {{ ref('base_amocrm__events') }} as events
    inner join unsorted on events.from_pipeline = unsorted.pipeline_id and events.from_status = unsorted.stage_id
    where events.row_status = 'accepted' and events.type = 'lead_status_changed'
)

select
    leads.lead_id,
    moves.lead_id is not null or unsorted.stage_id is not null as was_unsorted,
    unsorted.stage_id is not null as is_unsorted,
    case when unsorted.stage_id is null then moves.happened_at end as left_at,
    -- what was turned down unseen was never a deal
    unsorted.stage_id is null and not (moves.lead_id is not null and moves.to_status = '143' and leads.status_id = '143') as is_deal
from leads
left join unsorted on leads.pipeline_id = unsorted.pipeline_id and leads.status_id = unsorted.stage_id
left join moves on leads.lead_id = moves.lead_id and moves.move_no = 1
