-- Grain: deal_id, entered_at, stage, deals_active.
-- One change of the open pipeline: a deal's stay in an open stage that begins (plus) or ends (minus).
with stays as (
    select * from {{ ref('fct_stage_changes') }} where object = 'deal' and status = 'open'
),

deals as (
    select * from {{ ref('fct_deals') }}
),

changes as (
    select object_id as deal_id, entered_at, entered_at as changed_at, 1 as sign, stage_key, pipeline_id, stage_rank from stays
    union all
    select object_id, entered_at, left_at, -1, stage_key, pipeline_id, stage_rank from stays where left_at is not null
)

select
    {{ local_date('changes.changed_at') }} as event_date,
    changes.deal_id,
    changes.entered_at,
    changes.pipeline_id as pipeline,
    {{ known('changes.stage_key') }} as stage,
    {{ known('deals.employee_id') }} as manager,
    deals.team,
    deals.expected_close_on,
    changes.stage_rank >= {{ var('late_stage_position') }} as is_late_stage,
    changes.sign as deals_active,
    cast(changes.sign * coalesce(deals.amount_base, 0) as decimal(18, 2)) as pipeline_amount,
    -- of a deal that is closed now only its stage says what its chance was
    cast(changes.sign * coalesce(round(
        deals.amount_base * case when deals.status = 'open' then deals.probability else stages.probability end, 2
    ), 0) as decimal(18, 2)) as weighted_pipeline_amount
from changes
inner join deals on changes.deal_id = deals.deal_id
left join {{ ref('dim_stages') }} as stages on stages.object = 'deal' and changes.stage_key = stages.stage_key
