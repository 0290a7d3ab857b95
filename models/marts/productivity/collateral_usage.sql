-- Grain: usage_id.
-- One use of a sales material before the as-of day.
with uses as (
    select
        *,
        {{ local_date('used_at') }} as event_date
    from {{ ref('material_usage') }}
    where used_at < {{ cutoff() }}
)

select
    uses.event_date,
    uses.usage_id,
    uses.material_id,
    uses.deal_id,
    {{ known('uses.employee_id') }} as manager,
    {{ known('employees.team') }} as team,
    materials.material_id is not null as is_known,
    materials.available_from,
    materials.available_to
from uses
left join {{ ref('materials') }} as materials on uses.material_id = materials.material_id
left join {{ ref('dim_employees') }} as employees on uses.employee_id = employees.employee_id
