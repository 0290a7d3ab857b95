-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure, period, dimension and member.  Every measure comes from exactly one subject.
{{ config(materialized='view') }}
{% for subject in [
    'leads', 'deals', 'stages', 'funnel_steps', 'pipeline', 'coverage', 'sales', 'growth', 'customers', 'active_customers', 'potential_customers',
    'contracts', 'earned', 'site', 'marketing', 'attribution', 'activities', 'calls', 'work', 'materials', 'quota', 'responses', 'prices',
    'delivery', 'reporting'
] -%}
select measure, period_grain, period_start, dimension, dimension_key, value from {{ ref('measures_' ~ subject) }}
{{ 'union all' if not loop.last }}
{% endfor %}
