-- Grain: figure_id, period_grain, period_start, dimension, dimension_key.
-- One KPI or companion figure made of two others, which are made of measures, period, dimension and member: the one over the other.
select
    definitions.figure_id,
    upper_part.period_grain,
    upper_part.period_start,
    upper_part.dimension,
    upper_part.dimension_key,
    definitions.scale * upper_part.value / case when lower_part.value > 0 then lower_part.value end as value,
    upper_part.value as numerator,
    lower_part.value as denominator,
    least(upper_part.cases, lower_part.cases) as cases,
    case when 'unripe' in (upper_part.caution, lower_part.caution) then 'unripe' else coalesce(upper_part.caution, lower_part.caution) end as caution
from {{ ref('kpi_definitions') }} as definitions
inner join {{ ref('metric_values') }} as upper_part on definitions.numerator = concat('kpi:', upper_part.figure_id)
inner join {{ ref('metric_values') }} as lower_part
    on definitions.denominator = concat('kpi:', lower_part.figure_id)
    and upper_part.period_grain = lower_part.period_grain
    and upper_part.period_start = lower_part.period_start
    and upper_part.dimension = lower_part.dimension
    and upper_part.dimension_key = lower_part.dimension_key
where
    upper_part.dimension = 'all'
    or concat(' ', definitions.dimensions, ' ') like concat('% ', upper_part.dimension, ' %') and not {{ is_pair('upper_part.dimension') }}
