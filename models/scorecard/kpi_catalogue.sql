-- Grain: kpi_id.
-- One KPI.
with catalogue as (
    select * from {{ ref('seed_kpi_catalogue') }}
),

measures as (
    select * from {{ ref('seed_measures') }}
)

select
    catalogue.kpi_id,
    catalogue.family,
    catalogue.name_ru,
    catalogue.name_en,
    catalogue.formula_ru,
    catalogue.formula_en,
    catalogue.unit,
    catalogue.better,
    {{ with_own_dimensions('catalogue.dimensions', 'counted.mart', 'divided.mart') }} as dimensions,
    catalogue.sources,
    catalogue.numerator,
    catalogue.denominator,
    catalogue.kind,
    catalogue.scale,
    counted.mart as numerator_mart,
    counted.mart_column as numerator_column,
    counted.counted_as as numerator_counted_as,
    divided.mart as denominator_mart,
    divided.mart_column as denominator_column,
    divided.counted_as as denominator_counted_as
from catalogue
left join measures as counted on catalogue.numerator = counted.measure
left join measures as divided on catalogue.denominator = divided.measure
