-- Grain: objection_id.
-- One objection before the as-of day, with what its deal is by now.  One that names nobody is the deal's manager's.
with objections as (
    select
        objections.objection_id,
        objections.source_system,
        objections.recorded_at,
        objections.objection_type,
        objections.deal_id,
        coalesce(objections.employee_id, deals.employee_id) as employee_id,
        deals.channel,
        deals.status
    from {{ ref('objections') }} as objections
    left join {{ ref('fct_deals') }} as deals on objections.deal_id = deals.deal_id
    where objections.recorded_at < {{ cutoff() }}
)

select
    objections.objection_id,
    objections.source_system,
    objections.recorded_at,
    {{ local_date('objections.recorded_at') }} as recorded_on,
    {{ known('objections.objection_type') }} as objection_type,
    objections.deal_id,
    objections.status as deal_status,
    objections.employee_id,
    {{ known('employees.team') }} as team,
    {{ known('objections.channel') }} as channel
from objections
left join {{ ref('dim_employees') }} as employees on objections.employee_id = employees.employee_id
