-- Grain: material_id.
-- One sales material (collateral).
select
    material_id,
    name as material_name,
    available_from,
    available_to
from {{ ref('materials') }}
