-- Grain: kpi_id, period_grain, period_start, dimension, dimension_key.
-- One KPI, period (day, ISO week, month, quarter, year), dimension and member.
{{ config(post_hook='{{ make_kpi_views() }}') }}
select
    figure_id as kpi_id,
    period_grain,
    period_start,
    is_complete,
    dimension,
    dimension_key,
    dimension_value,
    dimension_name_ru,
    dimension_name_en,
    value,
    numerator,
    denominator,
    cases,
    mark,
    mark_ru,
    mark_en,
    previous_value,
    year_ago_value,
    target_value
from {{ ref('metric_comparisons') }}
where not is_supporting and not {{ is_pair('dimension') }}
