-- Proves that no plan is lost on its way to the scorecard: of a KPI that adds up, the plans of all slices of a dimension in kpi_values come to those
-- that were made, in each period that the KPI is known of, whether something happened in the slice or not.
with known as (
    select kpi_id, period_grain, period_start from {{ ref('kpi_values') }} where dimension = 'all' and value is not null
),

planned as (
    select targets.kpi_id, targets.period_grain, targets.period_start, targets.dimension, sum(targets.target_value) as planned
    from {{ ref('targets_by_period') }} as targets
    inner join {{ ref('kpi_catalogue') }} as catalogue on targets.kpi_id = catalogue.kpi_id
    inner join known
        on targets.kpi_id = known.kpi_id and targets.period_grain = known.period_grain and targets.period_start = known.period_start
    where
        catalogue.kind = 'flow'
        and (
            targets.dimension = 'all' or catalogue.dimensions = 'any'
            or concat(' ', catalogue.dimensions, ' ') like concat('% ', targets.dimension, ' %')
        )
    group by targets.kpi_id, targets.period_grain, targets.period_start, targets.dimension
),

shown as (
    select kpi_id, period_grain, period_start, dimension, sum(target_value) as shown
    from {{ ref('kpi_values') }}
    where target_value is not null
    group by kpi_id, period_grain, period_start, dimension
)

select planned.*, shown.shown
from planned
left join shown
    on planned.kpi_id = shown.kpi_id and planned.period_grain = shown.period_grain and planned.period_start = shown.period_start
    and planned.dimension = shown.dimension
where abs(planned.planned - coalesce(shown.shown, 0)) > 0.005
