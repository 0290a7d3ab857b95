-- Grain: usage_id.
-- One use of a sales material, with the days on which the material was to be had.
select
    uses.used_on as event_date,
    uses.usage_id,
    uses.material_id,
    uses.deal_id,
    {{ known('uses.employee_id') }} as manager,
    uses.team,
    materials.material_id is not null as is_known,
    materials.available_from,
    materials.available_to
from {{ ref('fct_material_usage') }} as uses
left join {{ ref('dim_materials') }} as materials on uses.material_id = materials.material_id
