{#- A report of the head of sales: his indicators of every period, set beside plan, period before and year before, and judged.
    The same for days, weeks and months.

    A figure is judged by its plan or, where there is none, by the period before; it is good where it lies on the side that the
    catalogue calls better.  A running period is not judged, nor set beside whole ones; nor is a KPI of which neither side is
    better judged. -#}
{% macro report_table(report, grain) -%}
with indicators as (
    select * from {{ ref('seed_report_indicators') }} where report = '{{ report }}'
),

figures as (
    select
        periods.period_start,
        periods.period_end,
        periods.is_complete,
        indicators.position,
        catalogue.kpi_id,
        catalogue.name_ru,
        catalogue.name_en,
        catalogue.unit,
        catalogue.better,
        kpis.value,
        coalesce(kpis.target_value, indicators.plan_value) as plan_value,
        kpis.previous_value,
        kpis.year_ago_value,
        max(case when periods.is_complete then periods.period_start end) over () as latest_start
    from indicators
    inner join {{ ref('kpi_catalogue') }} as catalogue on indicators.kpi_id = catalogue.kpi_id
    inner join {{ ref('kpi_values') }} as kpis on indicators.kpi_id = kpis.kpi_id
    inner join {{ ref('periods') }} as periods on kpis.period_grain = periods.period_grain and kpis.period_start = periods.period_start
    where kpis.dimension = 'all' and kpis.period_grain = '{{ grain }}'
),

compared as (
    select
        *,
        case when is_complete then value - previous_value end as change,
        case when is_complete then value - year_ago_value end as year_change,
        case
            when not is_complete or better = 'none' or value is null then null
            when plan_value is not null then 'plan'
            when previous_value is not null then 'previous'
        end as judged_by
    from figures
),

measured as (
    select
        *,
        case judged_by when 'plan' then plan_value when 'previous' then previous_value end as yardstick
    from compared
),

judged as (
    select
        *,
        case
            when yardstick is null then null
            -- the same but for the last bits of a quotient
            when abs(value - yardstick) <= 0.000000001 * abs(yardstick) then 'even'
            when (value > yardstick) = (better = 'up') then 'good'
            else 'bad'
        end as sign
    from measured
)

select
    judged.period_start,
    judged.period_end,
    judged.is_complete,
    coalesce(judged.period_start = judged.latest_start, false) as is_latest,
    judged.position,
    judged.kpi_id,
    judged.name_ru,
    judged.name_en,
    judged.unit,
    judged.better,
    judged.value,
    judged.plan_value,
    {{ ratio('judged.value', 'judged.plan_value') }} as attainment,
    judged.previous_value,
    judged.change,
    {{ ratio('judged.change', 'abs(judged.previous_value)') }} as change_share,
    judged.year_ago_value,
    judged.year_change,
    {{ ratio('judged.year_change', 'abs(judged.year_ago_value)') }} as year_change_share,
    judged.judged_by,
    judged.sign,
    signs.name_ru as sign_ru,
    signs.name_en as sign_en
from judged
left join {{ ref('seed_report_signs') }} as signs on judged.judged_by = signs.judged_by and judged.sign = signs.sign
{%- endmacro %}
