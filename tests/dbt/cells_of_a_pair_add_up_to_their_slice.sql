-- Proves that of two dimensions told together nothing is lost: over the members of one, the cells of every KPI that is a sum add up to its slice of
-- the other one, in every month, quarter and year.
with cells as (
    select * from {{ ref('kpi_values_by_pair') }}
),

sums as (
    select kpi_id from {{ ref('kpi_catalogue') }} where kind = 'flow'
),

sides as (
    select kpi_id, period_grain, period_start, concat(dimension, '*', other_dimension) as pair, dimension, dimension_key, sum(value) as value
    from cells
    group by 1, 2, 3, 4, 5, 6
    union all
    select kpi_id, period_grain, period_start, concat(dimension, '*', other_dimension), other_dimension, other_key, sum(value)
    from cells
    group by 1, 2, 3, 4, 5, 6
),

told as (
    select distinct kpi_id, pair, dimension from sides
),

slices as (
    select told.pair, figures.kpi_id, figures.period_grain, figures.period_start, figures.dimension, figures.dimension_key, figures.value
    from {{ ref('kpi_values') }} as figures
    inner join told on figures.kpi_id = told.kpi_id and figures.dimension = told.dimension
    where figures.period_grain in ('month', 'quarter', 'year')
)

select
    coalesce(slices.pair, sides.pair) as pair, coalesce(slices.kpi_id, sides.kpi_id) as kpi_id,
    coalesce(slices.period_start, sides.period_start) as period_start, coalesce(slices.dimension_key, sides.dimension_key) as dimension_key,
    slices.value, sides.value as cells_together
from slices
full outer join sides
    on slices.kpi_id = sides.kpi_id and slices.pair = sides.pair and slices.dimension = sides.dimension
    and slices.period_grain = sides.period_grain and slices.period_start = sides.period_start and slices.dimension_key = sides.dimension_key
inner join sums on coalesce(slices.kpi_id, sides.kpi_id) = sums.kpi_id
where
    abs(coalesce(slices.value, 0) - coalesce(sides.value, 0)) > 0.005
    and not (
        coalesce(slices.kpi_id, sides.kpi_id) = 'sales_count'
        and coalesce(slices.pair, sides.pair) like '%product_group%' and coalesce(slices.dimension, sides.dimension) <> 'product_group'
    )
