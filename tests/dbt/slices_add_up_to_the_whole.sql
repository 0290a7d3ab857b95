-- Proves that nothing is lost between the whole and its slices: the members of a dimension, the unknown one among them, add up to the whole
-- of every month in every KPI and figure beside one that is a sum, for every dimension that the catalogue promises, also one of which no slice is
-- there at all.  Sales by product group are left out: one sale of two groups is a sale of each.
{%- set most_dimensions = 15 %}
with sums as (
    select figure_id as kpi_id, dimensions from {{ ref('kpi_definitions') }} where kind = 'flow' and dimensions is not null
),

figures as (
    select kpi_id, period_start, dimension, value from {{ ref('kpi_values') }} where period_grain = 'month'
    union all
    select companion_id, period_start, dimension, value from {{ ref('kpi_companions') }} where period_grain = 'month'
),

promised as (
    {%- for position in range(1, most_dimensions + 2) %}
    select kpi_id, {{ position }} as position, {{ dbt.split_part('dimensions', "' '", position) }} as dimension from sums
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

wholes as (
    select kpi_id, period_start, value from figures where dimension = 'all'
),

slices as (
    select kpi_id, period_start, dimension, sum(value) as value
    from figures
    where dimension <> 'all'
    group by kpi_id, period_start, dimension
)

-- a month in which nothing of a slice happened has no row of it
select
    wholes.kpi_id,
    wholes.period_start,
    promised.dimension,
    wholes.value as whole,
    slices.value as slices_together
from wholes
inner join promised on wholes.kpi_id = promised.kpi_id
left join slices
    on wholes.kpi_id = slices.kpi_id and wholes.period_start = slices.period_start and promised.dimension = slices.dimension
where
    promised.dimension <> ''
    and not (wholes.kpi_id = 'sales_count' and promised.dimension = 'product_group')
    and (
        abs(coalesce(wholes.value, 0) - coalesce(slices.value, 0)) > 0.005
        -- more dimensions than this test looks at
        or promised.position > {{ most_dimensions }}
    )
