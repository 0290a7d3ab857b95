-- Grain: usage_id.
-- One use of a sales material before the as-of day.
select
    uses.usage_id,
    uses.source_system,
    uses.used_at,
    {{ local_date('uses.used_at') }} as used_on,
    uses.material_id,
    uses.deal_id,
    uses.employee_id,
    {{ known('employees.team') }} as team
from {{ ref('material_usage') }} as uses
left join {{ ref('dim_employees') }} as employees on uses.employee_id = employees.employee_id
where uses.used_at < {{ cutoff() }}
