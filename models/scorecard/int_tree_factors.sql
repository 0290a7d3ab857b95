-- Grain: tree_id, period_grain, period_start, compared_with, position.
-- One tree of factors, complete period, period that it is set beside (the one before, the same of a year ago) and factor of the tree, then and now,
-- with the outcome.  The first factor is a figure, each other one a figure over the one before it, so that their product is the last figure,
-- the outcome.
with trees as (
    select *, lead(position) over (partition by tree_id order by position) is null as is_outcome
    from {{ ref('seed_factor_trees') }}
),

figures as (
    {%- for figures, id in [('kpi_values', 'kpi_id'), ('kpi_companions', 'companion_id')] %}
    select {{ id }} as figure_id, period_grain, period_start, value, previous_value, year_ago_value
    from {{ ref(figures) }}
    where dimension = 'all' and is_complete and period_grain <> 'day'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

quantities as (
    {%- for compared_with, before in [('previous', 'previous_value'), ('year_ago', 'year_ago_value')] %}
    select
        trees.tree_id, ends.figure_id as outcome_id, outcomes.period_grain, outcomes.period_start, '{{ compared_with }}' as compared_with,
        trees.position, trees.name_ru, trees.name_en, trees.unit,
        figures.value as quantity_now,
        figures.{{ before }} as quantity_before,
        outcomes.value as outcome_value,
        outcomes.{{ before }} as outcome_before
    from trees as ends
    inner join figures as outcomes on ends.figure_id = outcomes.figure_id and ends.is_outcome
    inner join trees on ends.tree_id = trees.tree_id
    left join figures
        on trees.figure_id = figures.figure_id
        and outcomes.period_grain = figures.period_grain and outcomes.period_start = figures.period_start
    where outcomes.value is not null and outcomes.{{ before }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

bases as (
    select
        *,
        {%- for side in ['now', 'before'] %}
        lag(quantity_{{ side }}) over (partition by tree_id, period_grain, period_start, compared_with order by position)
            as base_{{ side }}{{ ',' if not loop.last }}
        {%- endfor %}
    from quantities
),

factors as (
    select
        *,
        {%- for side in ['now', 'before'] %}
        case when position = 1 then quantity_{{ side }} else {{ ratio('quantity_' ~ side, 'base_' ~ side) }} end
            as factor_{{ side }}{{ ',' if not loop.last }}
        {%- endfor %}
    from bases
)

-- nothing of nothing is no factor, and whatever stands for it the product is nought: then the factor of the other side stands for it, as if it stayed
select
    tree_id,
    outcome_id,
    period_grain,
    period_start,
    compared_with,
    position,
    name_ru,
    name_en,
    unit,
    factor_now,
    factor_before,
    {%- for side, other in [('now', 'before'), ('before', 'now')] %}
    case when base_{{ side }} = 0 and quantity_{{ side }} = 0 then factor_{{ other }} else factor_{{ side }} end as told_{{ side }},
    {%- endfor %}
    outcome_value,
    outcome_before
from factors
