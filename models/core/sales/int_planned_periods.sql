-- Grain: kpi_id, period_grain, period_start, dimension, dimension_key.
-- One KPI, period or span of days and slice that is planned whole: a team or the whole business has a plan on each of its days; anybody else, who may
-- come and go, where somebody has one on each of them.  What is planned for a part of a period is no plan of it.  Under the KPI of the quota stand
-- the plans of the won amount.
with plans as (
    select kpi_id, dimension, dimension_key, date_day from {{ ref('int_targets_by_slice') }} where kpi_id <> '{{ var("quota_kpi") }}'
    union all
    select '{{ var("quota_kpi") }}', dimension, dimension_key, event_date from {{ ref('int_quota_daily') }}
),

periods as (
    select period_grain, period_start, period_end from {{ ref('dim_period') }}
    union all
    select period_grain, period_start, period_end from {{ ref('dim_period_span') }}
),

-- each day once, for there are many plans of one
days as (
    select
        planned.date_day,
        periods.period_grain,
        periods.period_start,
        {{ dbt.datediff('periods.period_start', 'periods.period_end', 'day') }}
        + 1 as days_of_period
    from (select distinct date_day from plans) as planned
    inner join periods on planned.date_day between periods.period_start and periods.period_end
),

planned_days as (
    select
        plans.*,
        days.period_grain,
        days.period_start,
        days.days_of_period
    from plans
    inner join days on plans.date_day = days.date_day
),

anybody as (
    select kpi_id, period_grain, period_start, count(distinct date_day) as days_planned
    from planned_days
    group by kpi_id, period_grain, period_start
),

slices as (
    select kpi_id, period_grain, period_start, dimension, dimension_key, days_of_period, count(*) as days_planned
    from planned_days
    group by kpi_id, period_grain, period_start, dimension, dimension_key, days_of_period
)

select slices.kpi_id, slices.period_grain, slices.period_start, slices.dimension, slices.dimension_key
from slices
inner join anybody
    on slices.kpi_id = anybody.kpi_id and slices.period_grain = anybody.period_grain and slices.period_start = anybody.period_start
where slices.days_of_period = case when slices.dimension in ('team', 'all') then slices.days_planned else anybody.days_planned end
