-- Grain: kpi_id, period_grain, period_start, dimension, dimension_key.
-- One KPI, period and owner with its plan and the part of it that the days so far have.  Of quota attainment the plan is one, and its part is that
-- of the plan of the won amount; a period that is planned in part has none.
{%- set grains = "'" ~ var('pace_grains') | join("', '") ~ "'" %}
with quotas as (
    select * from {{ ref('quota_days') }}
),

periods as (
    select * from {{ ref('periods') }} where period_grain in ({{ grains }}) and last_known_day = {{ dbt.dateadd('day', -1, as_of()) }}
),

quotas_to_date as (
    select
        periods.period_grain, periods.period_start, quotas.dimension, quotas.dimension_key,
        sum(quotas.quota_amount) as whole_amount,
        sum(case when quotas.event_date <= periods.last_known_day then quotas.quota_amount else 0 end) as amount_to_date
    from quotas
    inner join periods on quotas.event_date between periods.period_start and periods.period_end
    inner join {{ ref('int_planned_periods') }} as planned
        on planned.kpi_id = '{{ var("quota_kpi") }}' and quotas.dimension = planned.dimension and quotas.dimension_key = planned.dimension_key
        and periods.period_grain = planned.period_grain and periods.period_start = planned.period_start
    group by periods.period_grain, periods.period_start, quotas.dimension, quotas.dimension_key
)

select kpi_id, period_grain, period_start, dimension, dimension_key, target_value, target_to_date
from {{ ref('targets_by_period') }}
union all
select
    '{{ var("quota_kpi") }}' as kpi_id, period_grain, period_start, dimension, dimension_key,
    1 as target_value,
    cast({{ ratio('amount_to_date', 'whole_amount') }} as double) as target_to_date
from quotas_to_date
where whole_amount > 0
