-- Grain: one KPI.
select
    kpi_id,
    family,
    name_ru,
    name_en,
    formula_ru,
    formula_en,
    unit,
    better,
    dimensions,
    sources,
    numerator,
    denominator,
    kind
from {{ ref('seed_kpi_catalogue') }}
