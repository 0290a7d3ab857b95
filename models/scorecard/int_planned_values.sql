-- Grain: figure_id, period_grain, period_start, dimension, dimension_key.
-- One slice (a manager, a team, a channel, a product) and period with a plan of a KPI that adds up and in which nothing happened: nought is achieved;
-- of what somebody must tell, such as a cost, nothing is known.  Where the whole has no value the KPI is not known, and neither is the slice; nor
-- has a slice of a dimension that its KPI does not have a value.
{{ config(materialized='view') }}
select
    targets.kpi_id as figure_id,
    targets.period_grain,
    targets.period_start,
    targets.dimension,
    targets.dimension_key,
    definitions.when_nothing as value,
    definitions.when_nothing as numerator
from {{ ref('targets_by_period') }} as targets
inner join {{ ref('kpi_definitions') }} as definitions on targets.kpi_id = definitions.figure_id
inner join {{ ref('metric_values') }} as wholes
    on targets.kpi_id = wholes.figure_id
    and targets.period_grain = wholes.period_grain
    and targets.period_start = wholes.period_start
    and wholes.dimension = 'all'
left join {{ ref('metric_values') }} as own
    on targets.kpi_id = own.figure_id
    and targets.period_grain = own.period_grain
    and targets.period_start = own.period_start
    and targets.dimension = own.dimension
    and targets.dimension_key = own.dimension_key
where
    definitions.kind = 'flow'
    and (definitions.dimensions = 'any' or concat(' ', definitions.dimensions, ' ') like concat('% ', targets.dimension, ' %'))
    and targets.target_value <> 0
    and wholes.value is not null
    and own.figure_id is null
