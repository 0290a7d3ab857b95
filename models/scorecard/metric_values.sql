-- Grain: figure_id, period_grain, period_start, dimension, dimension_key.
-- One KPI or companion figure made of measures, period, dimension and member, before it is set beside other periods: numerator over
-- denominator, and the caution that it asks for.  Totals have a row for every period since the first; slices only where something happened.
{%- set parts = ['numerator', 'denominator', 'cases', 'open_cases'] %}
with measures as (
    {%- for subject in var('measure_subjects') %}
    select measure, period_grain, period_start, dimension, dimension_key, value from {{ ref('measures_' ~ subject) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

parts as (
    {%- for part in parts %}
    select figure_id, dimensions, is_supporting, '{{ part }}' as part, {{ part }} as measure
    from {{ ref('kpi_definitions') }} where {{ part }} is not null {{- ' union all' if not loop.last }}
    {%- endfor %}
),

-- which figure may be told by which dimension; by pairs of them, KPIs alone
slices as (
    select parts.*, known.dimension
    from parts cross join (select distinct dimension from measures) as known
    where {{ is_told_by('parts.dimensions', 'known.dimension') }} and not (parts.is_supporting and {{ is_pair('known.dimension') }})
),

summed as (
    select
        slices.figure_id, measures.period_grain, measures.period_start, measures.dimension, measures.dimension_key,
        {%- for part in parts %}
        sum(case when slices.part = '{{ part }}' then measures.value end) as {{ part }}{{ ',' if not loop.last }}
        {%- endfor %}
    from slices
    inner join measures on slices.measure = measures.measure and slices.dimension = measures.dimension
    group by slices.figure_id, measures.period_grain, measures.period_start, measures.dimension, measures.dimension_key
),

firsts as (
    select figure_id, coalesce(min(case when period_grain = 'day' then period_start end), min(period_start)) as first_start
    from summed
    where dimension = 'all' and (numerator is not null or denominator is not null)
    group by figure_id
),

cells as (
    select
        firsts.figure_id, periods.period_grain, periods.period_start, 'all' as dimension, 'all' as dimension_key,
        summed.numerator, summed.denominator, summed.cases, summed.open_cases
    from firsts
    inner join {{ ref('periods') }} as periods on periods.period_end >= firsts.first_start
    left join summed
        on firsts.figure_id = summed.figure_id and periods.period_grain = summed.period_grain
        and periods.period_start = summed.period_start and summed.dimension = 'all'
    union all
    select * from summed where dimension <> 'all' and (numerator is not null or denominator is not null)
),

-- a numerator that is absent is nought or unknown, as the definition says
told as (
    select
        cells.*, definitions.kind, definitions.scale, definitions.kind in ('ratio', 'percentile') and definitions.cases is not null as rests_on_cases,
        coalesce(cells.numerator, case when definitions.when_absent = 'unknown' or definitions.kind = 'percentile' then null else 0 end)
            as told_numerator
    from cells
    inner join {{ ref('kpi_definitions') }} as definitions on cells.figure_id = definitions.figure_id
),

valued as (
    select *, scale * told_numerator / case when kind <> 'ratio' then 1 when denominator > 0 then denominator end as value from told
)

select
    figure_id, period_grain, period_start, dimension, dimension_key, value, told_numerator as numerator,
    case when kind = 'ratio' then coalesce(denominator, 0) end as denominator, case when rests_on_cases then coalesce(cases, 0) end as cases,
    case
        when value is null then null
        when open_cases > {{ var('ripe_open_share') }} * cases then 'unripe'
        when rests_on_cases and coalesce(cases, 0) < {{ var('enough_cases') }} then 'few_cases'
    end as caution
from valued
