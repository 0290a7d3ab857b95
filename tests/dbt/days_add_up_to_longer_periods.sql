-- Proves that a KPI, or a figure beside one, that is a sum is the same sum in every grain: days make weeks and months, months make quarters and
-- years, whole and in every slice.
with told as (
    select kpi_id, period_grain, period_start, dimension, dimension_key, value from {{ ref('kpi_values') }}
    union all
    select companion_id, period_grain, period_start, dimension, dimension_key, value from {{ ref('kpi_companions') }}
),

figures as (
    select told.*
    from told
    inner join {{ ref('kpi_definitions') }} as definitions on told.kpi_id = definitions.figure_id
    where definitions.kind = 'flow'
),

summed as (
    {%- for short, long in [('day', 'week'), ('day', 'month'), ('month', 'quarter'), ('month', 'year')] %}
    select
        kpi_id,
        '{{ short }}' as short_grain,
        '{{ long }}' as period_grain,
        {{ period_start("'" ~ long ~ "'", 'period_start') }} as period_start,
        dimension,
        dimension_key,
        sum(value) as value
    from figures
    where period_grain = '{{ short }}'
    group by 1, 2, 3, 4, 5, 6
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- dimensions of very many values have no days
with_days as (
    select distinct kpi_id, dimension from figures where period_grain = 'day'
),

expected as (
    {%- for short, long in [('day', 'week'), ('day', 'month'), ('month', 'quarter'), ('month', 'year')] %}
    select figures.*, '{{ short }}' as short_grain
    from figures
    {{ 'inner join with_days on figures.kpi_id = with_days.kpi_id and figures.dimension = with_days.dimension' if short == 'day' }}
    where figures.period_grain = '{{ long }}'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    coalesce(expected.kpi_id, summed.kpi_id) as kpi_id,
    coalesce(expected.period_grain, summed.period_grain) as period_grain,
    coalesce(expected.period_start, summed.period_start) as period_start,
    coalesce(expected.dimension, summed.dimension) as dimension,
    coalesce(expected.dimension_key, summed.dimension_key) as dimension_key,
    expected.value,
    summed.value as value_of_shorter_periods
from expected
full outer join summed
    on expected.kpi_id = summed.kpi_id
    and expected.short_grain = summed.short_grain
    and expected.period_grain = summed.period_grain
    and expected.period_start = summed.period_start
    and expected.dimension = summed.dimension
    and expected.dimension_key = summed.dimension_key
where abs(coalesce(expected.value, 0) - coalesce(summed.value, 0)) > 0.005
