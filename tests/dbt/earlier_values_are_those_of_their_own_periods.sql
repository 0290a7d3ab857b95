-- Proves that the value of the period before, and of the year before, is the very value that stands at that period, for a period that is over; that
-- of a running period it is, of what adds up, the sum of the same days; that it is 0 where nothing of what is counted happened then, and null
-- where that is not known; and that there is none where the data begin after the first day of the period before.
with figures as (
    select
        kpi_values.*,
        definitions.kind,
        case when definitions.when_absent = 'nought' and definitions.kind in ('flow', 'distinct', 'balance') then 0 end as when_nothing,
        starts.covered_from,
        spans.previous_start,
        spans.year_ago_start,
        spans.period_end < {{ as_of() }} as is_over,
        {%- for name in ['previous', 'year_ago'] %}
        case kpi_values.period_grain
            {%- for grain in period_grains() %}
            {%- set unit, steps = compared_steps(grain)[0 if name == 'previous' else -1] %}
            when '{{ grain }}' then cast({{ dbt.dateadd(unit, -steps, 'spans.last_known_day') }} as date)
            {%- endfor %}
        end as {{ name }}_last{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('kpi_values') }} as kpi_values
    inner join {{ ref('kpi_definitions') }} as definitions on kpi_values.kpi_id = definitions.figure_id
    inner join {{ ref('metric_value_starts') }} as starts on kpi_values.kpi_id = starts.figure_id
    inner join {{ ref('periods') }} as spans
        on kpi_values.period_grain = spans.period_grain and kpi_values.period_start = spans.period_start
    -- days are compared by the same line of code
    where kpi_values.period_grain <> 'day'
),

days as (
    select * from {{ ref('kpi_values') }} where period_grain = 'day'
),

sliced_by_day as (
    select distinct kpi_id, dimension from days
),

{%- for name in ['previous', 'year_ago'] %}
{{ name }}_days as (
    select
        figures.kpi_id,
        figures.period_grain,
        figures.period_start,
        figures.dimension,
        figures.dimension_key,
        coalesce(sum(days.value), figures.when_nothing) as value
    from figures
    inner join sliced_by_day on figures.kpi_id = sliced_by_day.kpi_id and figures.dimension = sliced_by_day.dimension
    left join days
        on figures.kpi_id = days.kpi_id
        and figures.dimension = days.dimension
        and figures.dimension_key = days.dimension_key
        and days.period_start >= figures.{{ name }}_start
        and days.period_start <= figures.{{ name }}_last
    where not figures.is_over and figures.kind = 'flow' and figures.{{ name }}_start >= figures.covered_from
    group by
        figures.kpi_id, figures.period_grain, figures.period_start, figures.dimension, figures.dimension_key, figures.when_nothing
){{ ',' if not loop.last }}
{%- endfor %}

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
where
    case
        when figures.{{ name }}_start < figures.covered_from then figures.{{ name }}_value is not null
        else figures.is_over and figures.{{ name }}_value is distinct from coalesce(earlier.value, figures.when_nothing)
    end

union all

select
    '{{ name }}, the same days', figures.kpi_id, figures.period_grain, figures.period_start, figures.dimension, figures.dimension_key,
    figures.{{ name }}_value, same_days.value
from figures
inner join {{ name }}_days as same_days
    on figures.kpi_id = same_days.kpi_id
    and figures.period_grain = same_days.period_grain
    and figures.period_start = same_days.period_start
    and figures.dimension = same_days.dimension
    and figures.dimension_key = same_days.dimension_key
where
    abs(figures.{{ name }}_value - same_days.value) > 0.005
    or (figures.{{ name }}_value is null and same_days.value is not null)
    or (figures.{{ name }}_value is not null and same_days.value is null)
{{ 'union all' if not loop.last }}
{% endfor %}
