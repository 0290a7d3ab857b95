-- Proves that nothing is lost between the whole and its slices: the members of a dimension, the unknown one among them, add up to the whole
-- of every month in every KPI that is a sum.  Sales by product group are left out: one sale of two groups is a sale of each.
with figures as (
    select kpi_values.*
    from {{ ref('kpi_values') }} as kpi_values
    inner join {{ ref('kpi_catalogue') }} as catalogue on kpi_values.kpi_id = catalogue.kpi_id
    where catalogue.kind = 'flow' and kpi_values.period_grain = 'month'
),

wholes as (
    select kpi_id, period_start, value from figures where dimension = 'all'
),

slices as (
    select kpi_id, period_start, dimension, sum(value) as value
    from figures
    where dimension <> 'all' and not (kpi_id = 'sales_count' and dimension = 'product_group')
    group by kpi_id, period_start, dimension
),

-- a month in which nothing of a slice happened has no row of it
sliced as (
    select distinct kpi_id, dimension from slices
)

select
    wholes.kpi_id,
    wholes.period_start,
    sliced.dimension,
    wholes.value as whole,
    slices.value as slices_together
from wholes
inner join sliced on wholes.kpi_id = sliced.kpi_id
left join slices
    on wholes.kpi_id = slices.kpi_id and wholes.period_start = slices.period_start and sliced.dimension = slices.dimension
where abs(coalesce(wholes.value, 0) - coalesce(slices.value, 0)) > 0.005
