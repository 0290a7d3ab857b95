-- Grain: one measure, period, dimension and member.  Every measure comes from exactly one subject; where a subject gives a measure in
-- several parts (so much at the start, so much at the end), the parts are added here.
with parts as (
    {%- set subjects = [
        'leads', 'deals', 'stages', 'funnel_steps', 'pipeline', 'coverage', 'sales', 'growth', 'customers', 'prospects', 'contracts', 'site',
        'marketing', 'attribution', 'activities', 'work', 'quota', 'responses', 'prices', 'delivery', 'reporting'
    ] %}
    {%- for subject in subjects %}
    select measure, period_grain, period_start, dimension, dimension_key, value from {{ ref('measures_' ~ subject) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    measure,
    period_grain,
    period_start,
    dimension,
    dimension_key,
    sum(value) as value
from parts
group by measure, period_grain, period_start, dimension, dimension_key
