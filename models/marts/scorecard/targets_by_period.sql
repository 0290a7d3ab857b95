-- Grain: one KPI, period and owner (the whole business, a team, a manager) with its target.  Targets of counts and money add up from days,
-- and from managers to teams and to the whole where those have none of their own; a target of a ratio holds in every period inside its own.
with days as (
    select
        daily.*,
        definitions.kind
    from {{ ref('int_targets_daily') }} as daily
    inner join {{ ref('kpi_definitions') }} as definitions on daily.kpi_id = definitions.figure_id
    where daily.kpi_id <> '{{ var("quota_kpi") }}'
),

owned as (
    select
        days.*,
        employees.team as employee_team
    from days
    left join {{ ref('dim_employees') }} as employees on days.employee_id = employees.employee_id
),

by_owner as (
    select kpi_id, kind, date_day, 'manager' as dimension, employee_id as dimension_key, day_value, period_value, 1 as priority
    from owned
    where employee_id is not null
    union all
    select kpi_id, kind, date_day, 'team', team, day_value, period_value, 1 from owned where employee_id is null and team is not null
    union all
    select kpi_id, kind, date_day, 'team', employee_team, day_value, null, 2 from owned where employee_id is not null and kind <> 'ratio'
    union all
    select kpi_id, kind, date_day, 'all', 'all', day_value, period_value, 1 from owned where employee_id is null and team is null
    union all
    select kpi_id, kind, date_day, 'all', 'all', day_value, null, 2 from owned where employee_id is null and team is not null and kind <> 'ratio'
    union all
    select kpi_id, kind, date_day, 'all', 'all', day_value, null, 3 from owned where employee_id is not null and kind <> 'ratio'
),

chosen as (
    select
        *,
        min(priority) over (partition by kpi_id, dimension, dimension_key, date_day) as first_priority
    from by_owner
),

expanded as (
    {%- for grain in period_grains() %}
    select
        *,
        '{{ grain }}' as period_grain,
        {{ period_start("'" ~ grain ~ "'", 'date_day') }} as period_start
    from chosen
    where priority = first_priority
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    kpi_id,
    period_grain,
    period_start,
    dimension,
    dimension_key,
    -- a ratio's target holds where the whole period has the same one
    case when max(kind) = 'ratio' then case when min(period_value) = max(period_value) then max(period_value) end else sum(day_value) end
        as target_value
from expanded
group by kpi_id, period_grain, period_start, dimension, dimension_key
