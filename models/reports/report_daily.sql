-- Grain: period_start, kpi_id.
-- One day and indicator of the head of sales.
select
    period_start,
    period_end,
    is_complete,
    is_latest,
    position,
    kpi_id,
    name_ru,
    name_en,
    unit,
    better,
    value,
    plan_value,
    attainment,
    previous_value,
    change,
    change_share,
    year_ago_value,
    year_change,
    year_change_share,
    judged_by,
    sign,
    sign_ru,
    sign_en
from {{ ref('report_indicators') }}
where report = 'daily' and period_grain = 'day'
