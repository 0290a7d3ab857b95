-- Grain: figure_id.
-- One KPI or one figure that is shown beside a KPI, with the measures that make it.
with definitions as (
    select
        kpi_id as figure_id,
        kpi_id,
        name_ru,
        name_en,
        unit,
        false as is_supporting,
        dimensions,
        numerator,
        denominator,
        scale,
        kind,
        cases,
        open_cases
    from {{ ref('seed_kpi_catalogue') }}

    union all

    select
        companions.companion_id,
        companions.kpi_id,
        companions.name_ru,
        companions.name_en,
        companions.unit,
        true,
        coalesce(companions.dimensions, catalogue.dimensions),
        companions.numerator,
        companions.denominator,
        companions.scale,
        companions.kind,
        companions.cases,
        companions.open_cases
    from {{ ref('seed_kpi_companions') }} as companions
    inner join {{ ref('seed_kpi_catalogue') }} as catalogue on companions.kpi_id = catalogue.kpi_id
)

select
    definitions.figure_id,
    definitions.kpi_id,
    definitions.name_ru,
    definitions.name_en,
    definitions.unit,
    definitions.is_supporting,
    {{ with_own_dimensions('definitions.dimensions', 'measures.mart', 'divided.mart') }} as dimensions,
    definitions.numerator,
    definitions.denominator,
    definitions.scale,
    definitions.kind,
    -- how many cases a figure rests on, and how many of them are not decided yet
    coalesce(definitions.cases, case when divided.counts_cases then definitions.denominator end) as cases,
    definitions.open_cases,
    -- what is made of other figures is unknown where one of them is
    coalesce(measures.when_absent, 'unknown') as when_absent,
    -- where nothing happened, what is counted is nought and a ratio of it is nothing
    case when measures.when_absent <> 'unknown' and definitions.kind in ('flow', 'distinct', 'balance') then cast(0 as double) end as when_nothing
from definitions
left join {{ ref('seed_measures') }} as measures on definitions.numerator = measures.measure
left join {{ ref('seed_measures') }} as divided on definitions.denominator = divided.measure
