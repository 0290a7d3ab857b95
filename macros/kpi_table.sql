{#- Figures set beside the period before, the year before and the target.  The same for KPIs and for what is shown beside them. -#}
{% macro kpi_table(id_column, is_companion) -%}
with definitions as (
    select * from {{ ref('kpi_definitions') }} where is_companion = {{ is_companion }}
),

firsts as (
    select figure_id, period_grain, min(period_start) as first_start
    from {{ ref('figures') }}
    group by figure_id, period_grain
),

figures as (
    select
        figures.*,
        definitions.kind,
        periods.previous_start,
        periods.year_ago_start,
        periods.is_complete,
        firsts.first_start
    from {{ ref('figures') }} as figures
    inner join firsts on figures.figure_id = firsts.figure_id and figures.period_grain = firsts.period_grain
    inner join definitions on figures.figure_id = definitions.figure_id
    inner join {{ ref('periods') }} as periods
        on figures.period_grain = periods.period_grain and figures.period_start = periods.period_start
)

select
    figures.figure_id as {{ id_column }},
    figures.period_grain,
    figures.period_start,
    figures.is_complete,
    figures.dimension,
    figures.dimension_key,
    coalesce(members.dimension_value, figures.dimension_key) as dimension_value,
    figures.value,
    figures.numerator,
    figures.denominator,
    {%- for name, start in [('previous', 'previous_start'), ('year_ago', 'year_ago_start')] %}
    -- nothing happened in a period that the figure already knows: a count of it is nought, a ratio of it is nothing
    coalesce({{ name }}.value, case
        when figures.kind in ('flow', 'distinct', 'balance') and figures.{{ start }} >= figures.first_start then 0
    end) as {{ name }}_value,
    {%- endfor %}
    targets.target_value
from figures
{%- for name, start in [('previous', 'previous_start'), ('year_ago', 'year_ago_start')] %}
left join figures as {{ name }}
    on figures.figure_id = {{ name }}.figure_id
    and figures.period_grain = {{ name }}.period_grain
    and figures.{{ start }} = {{ name }}.period_start
    and figures.dimension = {{ name }}.dimension
    and figures.dimension_key = {{ name }}.dimension_key
{%- endfor %}
left join {{ ref('targets_by_period') }} as targets
    on figures.figure_id = targets.kpi_id
    and figures.period_grain = targets.period_grain
    and figures.period_start = targets.period_start
    and figures.dimension = targets.dimension
    and figures.dimension_key = targets.dimension_key
left join {{ ref('dimension_members') }} as members
    on figures.dimension = members.dimension and figures.dimension_key = members.dimension_key
{%- endmacro %}
