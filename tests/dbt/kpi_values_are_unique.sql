-- Proves that a KPI has one value for a period, a dimension and a member, and that a total is there once a period.
select kpi_id, period_grain, period_start, dimension, dimension_key, count(*) as figures
from {{ ref('kpi_values') }}
group by kpi_id, period_grain, period_start, dimension, dimension_key
having count(*) > 1
