-- Grain: tree_id, period_grain, period_start, compared_with, position.
-- One tree of factors, complete period, period that it is set beside (the one before, the same of a year ago) and factor of the tree: the factor then
-- and now, and its part of the outcome's change.  A part is Shapley's: the mean, over all orders in which the factors may change one after another,
-- of what the factor's own change does.  So it hangs on no order, and the parts add up to the change, whatever the signs.
with factors as (
    select * from {{ ref('int_tree_factors') }}
),

-- of a tree of two factors the third one is 1 and does not change
wide as (
    select
        tree_id, period_grain, period_start, compared_with
        {%- for side in ['now', 'before'] %}{% for place in [1, 2, 3] %},
        case when count(*) >= {{ place }} then max(case when position = {{ place }} then told_{{ side }} end) else 1 end as {{ side }}_{{ place }}
        {%- endfor %}{% endfor %}
    from factors
    group by tree_id, period_grain, period_start, compared_with
),

parts as (
    {%- for place, one, two in [(1, 2, 3), (2, 1, 3), (3, 1, 2)] %}
    select
        tree_id, period_grain, period_start, compared_with, {{ place }} as position,
        (now_{{ place }} - before_{{ place }}) * (
            2 * before_{{ one }} * before_{{ two }} + before_{{ one }} * now_{{ two }}
            + now_{{ one }} * before_{{ two }} + 2 * now_{{ one }} * now_{{ two }}
        ) / 6 as part
    from wide
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    factors.tree_id,
    factors.period_grain,
    factors.period_start,
    factors.compared_with,
    factors.position,
    factors.name_ru,
    factors.name_en,
    factors.unit,
    factors.factor_now as value,
    factors.factor_before as value_before,
    factors.outcome_id,
    factors.outcome_value,
    factors.outcome_before,
    factors.outcome_value - factors.outcome_before as outcome_change,
    parts.part,
    parts.part is not null as is_explained
from factors
inner join parts
    on factors.tree_id = parts.tree_id and factors.period_grain = parts.period_grain and factors.period_start = parts.period_start
    and factors.compared_with = parts.compared_with and factors.position = parts.position
