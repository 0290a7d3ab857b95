-- Grain: one change of the open pipeline: a deal's stay in an open stage that begins (plus) or ends (minus).
with stays as (
    select * from {{ ref('fct_stage_changes') }} where object = 'deal' and status = 'open'
),

deals as (
    select * from {{ ref('fct_deals') }}
),

-- a deal that is closed now, though its history does not say so, has left its last stage on closing
spans as (
    select
        deals.*,
        stays.stage_key as stay_stage_key,
        stays.place,
        stays.pipeline_id as stay_pipeline_id,
        stays.entered_at,
        coalesce(stays.left_at, deals.won_at, deals.lost_at) as left_at
    from stays
    inner join deals on stays.object_id = deals.deal_id
),

-- deals without any stage at all, and those whose history begins with their closing
unstaged as (
    select deals.*
    from deals
    left join (select distinct object_id from {{ ref('fct_stage_changes') }} where object = 'deal' and status = 'open') as staged
        on deals.deal_id = staged.object_id
    where staged.object_id is null
),

changes as (
    select deal_id, entered_at as changed_at, 1 as sign, stay_stage_key as stage_key, stay_pipeline_id as pipeline_id, place from spans
    union all
    select deal_id, left_at, -1, stay_stage_key, stay_pipeline_id, place from spans where left_at is not null
    union all
    select deal_id, created_at, 1, {{ known('stage_key') }}, pipeline_id, null from unstaged
    union all
    select deal_id, coalesce(won_at, lost_at), -1, {{ known('stage_key') }}, pipeline_id, null
    from unstaged
    where coalesce(won_at, lost_at) is not null
)

select
    {{ local_date('changes.changed_at') }} as event_date,
    changes.deal_id,
    changes.pipeline_id as pipeline,
    changes.stage_key as stage,
    {{ known('deals.employee_id') }} as manager,
    deals.team,
    deals.expected_close_on,
    changes.place >= {{ var('late_stage_position') }} as is_late_stage,
    changes.sign as deals_active,
    changes.sign * coalesce(deals.amount_base, 0) as pipeline_amount,
    changes.sign * coalesce(cast(round(deals.amount_base * deals.probability, 2) as decimal(18, 2)), 0) as weighted_pipeline_amount
from changes
inner join deals on changes.deal_id = deals.deal_id
