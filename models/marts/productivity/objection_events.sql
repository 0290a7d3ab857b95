-- Grain: objection_id.
-- One objection before the as-of day, on the day it was recorded, with what has become of its deal by now.
with objections as (
    select * from {{ ref('objections') }} where recorded_at < {{ cutoff() }}
),

-- an objection that names nobody is the deal's manager's
owned as (
    select
        objections.objection_id,
        objections.recorded_at,
        objections.objection_type,
        objections.deal_id,
        coalesce(objections.employee_id, deals.employee_id) as employee_id,
        deals.status
    from objections
    left join {{ ref('fct_deals') }} as deals on objections.deal_id = deals.deal_id
)

select
    {{ local_date('owned.recorded_at') }} as event_date,
    owned.objection_id,
    owned.deal_id,
    {{ known('owned.objection_type') }} as objection_type,
    {{ known('owned.employee_id') }} as manager,
    {{ known('employees.team') }} as team,
    1 as objections_count,
    {{ flag("owned.status = 'won'") }} as objections_handled,
    {{ flag("owned.status in ('won', 'lost')") }} as objections_closed,
    {{ flag("owned.status = 'open'") }} as objections_open
from owned
left join {{ ref('dim_employees') }} as employees on owned.employee_id = employees.employee_id
