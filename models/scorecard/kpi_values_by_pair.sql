-- Grain: kpi_id, period_grain, period_start, dimension, dimension_key, other_dimension, other_key.
-- One KPI, period (month, quarter, year) and cell of two dimensions told together (variable two_way_slices).  A KPI has the pairs that both its
-- numerator and its denominator are told by.
with cells as (
    select
        *,
        {{ dbt.split_part('dimension', "'*'", 1) }} as first_dimension, {{ dbt.split_part('dimension_key', 'chr(31)', 1) }} as first_key,
        {{ dbt.split_part('dimension', "'*'", 2) }} as other_dimension, {{ dbt.split_part('dimension_key', 'chr(31)', 2) }} as other_key,
        max(abs(numerator)) over (partition by figure_id, dimension) > 0
        and coalesce(max(denominator) over (partition by figure_id, dimension) > 0, true) as is_told
    from {{ ref('metric_comparisons') }}
    where {{ is_pair('dimension') }}
),

special as (
    select * from {{ ref('seed_member_names') }} where dimension = 'any'
)

select
    cells.figure_id as kpi_id,
    cells.period_grain,
    cells.period_start,
    cells.is_complete,
    cells.first_dimension as dimension,
    cells.first_key as dimension_key,
    coalesce(special.name_ru, members.dimension_name_ru, cells.first_key) as dimension_name_ru,
    coalesce(special.name_en, members.dimension_name_en, cells.first_key) as dimension_name_en,
    cells.other_dimension,
    cells.other_key,
    coalesce(other_special.name_ru, other_members.dimension_name_ru, cells.other_key) as other_name_ru,
    coalesce(other_special.name_en, other_members.dimension_name_en, cells.other_key) as other_name_en,
    cells.value,
    cells.numerator,
    cells.denominator,
    cells.cases,
    cells.mark,
    cells.previous_value,
    cells.year_ago_value
from cells
left join {{ ref('dimension_members') }} as members
    on cells.first_dimension = members.dimension and cells.first_key = members.dimension_key
left join {{ ref('dimension_members') }} as other_members
    on cells.other_dimension = other_members.dimension and cells.other_key = other_members.dimension_key
left join special on cells.first_key = special.dimension_key
left join special as other_special on cells.other_key = other_special.dimension_key
where cells.is_told
