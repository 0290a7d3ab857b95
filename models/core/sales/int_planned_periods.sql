-- Grain: kpi_id, period_grain, period_start.
-- One KPI and period, or span of days, that is planned whole: somebody has a plan of the KPI on each of its days.  What is planned for a part of a
-- period is no plan of it.  Under the KPI of the quota stand the plans of the won amount.
with planned_days as (
    select kpi_id, date_day from {{ ref('int_targets_by_slice') }} where kpi_id <> '{{ var("quota_kpi") }}'
    union
    select '{{ var("quota_kpi") }}', event_date from {{ ref('int_quota_daily') }}
),

periods as (
    select period_grain, period_start, period_end from {{ ref('dim_period') }}
    union all
    select period_grain, period_start, period_end from {{ ref('dim_period_span') }}
)

select planned_days.kpi_id, periods.period_grain, periods.period_start
from planned_days
inner join periods on planned_days.date_day between periods.period_start and periods.period_end
group by planned_days.kpi_id, periods.period_grain, periods.period_start, periods.period_end
having count(*) = {{ dbt.datediff('periods.period_start', 'periods.period_end', 'day') }} + 1
