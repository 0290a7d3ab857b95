-- Grain: event_date, dimension, dimension_key.
-- One slice (a manager, a team, the whole) and one day, with the day's part of the plan of the won amount that counts there.
with plans as (
    select *
    from {{ ref('int_targets_by_slice') }}
    where kpi_id in ('{{ var("quota_kpi") }}', 'revenue') and dimension in ('manager', 'team', 'all')
)

-- plans of revenue stand in where nobody has planned the won amount
select
    date_day as event_date,
    dimension,
    dimension_key,
    day_value as quota_amount
from plans
where kpi_id = case
    when (select count(*) from plans as won where won.kpi_id = '{{ var("quota_kpi") }}') > 0 then '{{ var("quota_kpi") }}' else 'revenue'
end
