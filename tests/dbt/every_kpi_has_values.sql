{{ config(severity='warn') }}
-- Tells which KPIs of the catalogue have no value in some grain.  Data may lack what they are made of, so it is a warning, not an error.
with grains as (
    {%- for grain in period_grains() %}
    select '{{ grain }}' as period_grain
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

present as (
    select
        kpi_id,
        period_grain,
        count(value) as figures
    from {{ ref('kpi_values') }}
    group by kpi_id, period_grain
)

select
    catalogue.kpi_id,
    catalogue.family,
    grains.period_grain
from {{ ref('kpi_catalogue') }} as catalogue
cross join grains
left join present on catalogue.kpi_id = present.kpi_id and grains.period_grain = present.period_grain
where coalesce(present.figures, 0) = 0
