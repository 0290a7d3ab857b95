-- Proves that the value of the period before, and of the year before, is the very value that stands at that period; where none stands there,
-- it is nought or nothing.
with figures as (
    select
        kpi_values.*,
        periods.previous_start,
        periods.year_ago_start
    from {{ ref('kpi_values') }} as kpi_values
    inner join {{ ref('periods') }} as periods
        on kpi_values.period_grain = periods.period_grain and kpi_values.period_start = periods.period_start
    -- days are compared by the same line of code
    where kpi_values.period_grain <> 'day'
)

{% for name in ['previous', 'year_ago'] %}
select
    '{{ name }}' as compared_with,
    figures.kpi_id,
    figures.period_grain,
    figures.period_start,
    figures.dimension,
    figures.dimension_key,
    figures.{{ name }}_value as told,
    earlier.value as standing_there
from figures
left join figures as earlier
    on figures.kpi_id = earlier.kpi_id
    and figures.period_grain = earlier.period_grain
    and figures.{{ name }}_start = earlier.period_start
    and figures.dimension = earlier.dimension
    and figures.dimension_key = earlier.dimension_key
where coalesce(figures.{{ name }}_value, 0) <> coalesce(earlier.value, 0)
{{ 'union all' if not loop.last }}
{% endfor %}
