-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of managers' work, period, dimension and member.
with objections as (
    {{ period_measures(
        ref('objection_events'),
        dimensions=['objection_type', 'manager', 'team'],
        sums=['objections_count', 'objections_handled', 'objections_closed']
    ) }}
),

managers as (
    {{ period_measures(ref('manager_days'), dimensions=['manager', 'team'], per_period={'managers_active': 'count(distinct manager)'}) }}
),

leads as (
    {{ period_measures(ref('leads_reached'), dimensions=['manager', 'team'], per_period={'leads_handled': 'count(distinct lead_id)'}) }}
),

requests as (
    {{ period_measures(ref('lead_closings'), dimensions=['manager', 'team'], sums=['handling_minutes', 'requests_handled']) }}
),

time_logged as (
    {{ period_measures(
        ref('time_events'),
        dimensions=['manager', 'team'],
        sums=['minutes_logged', 'minutes_selling', 'minutes_data_entry', 'minutes_content']
    ) }}
),

tools as (
    {{ period_measures(
        ref('tool_events'),
        dimensions=['manager', 'team'],
        per_period={
            'manager_tools': "count(distinct concat(manager, ' ', tool))",
            'managers_with_tools': 'count(distinct manager)'
        }
    ) }}
),

-- what was used of what was to be had in the period
materials as (
    {{ period_measures(
        ref('collateral_usage'),
        dimensions=['team'],
        where='is_known',
        per_period={
            'materials_used': "count(distinct case when coalesce(available_from <= period_end and available_from < " ~ as_of()
                ~ ", true) and coalesce(available_to >= period_start, true) then material_id end)"
        }
    ) }}
),

materials_by_period as (
    select
        periods.period_grain,
        periods.period_start,
        count(*) as materials_available
    from {{ ref('periods') }} as periods
    inner join {{ ref('dim_materials') }} as materials
        on coalesce(materials.available_from <= periods.last_known_day, true)
        and coalesce(materials.available_to >= periods.period_start, true)
    group by periods.period_grain, periods.period_start
),

-- every team that was at work has the whole set before it
teams as (
    select period_grain, period_start, dimension, dimension_key from managers where dimension = 'team'
    union
    select period_grain, period_start, dimension, dimension_key from materials where dimension = 'team'
    union
    select period_grain, period_start, 'all', 'all' from {{ ref('periods') }}
),

materials_offered as (
    select
        'materials_available' as measure,
        teams.period_grain,
        teams.period_start,
        teams.dimension,
        teams.dimension_key,
        cast(offered.materials_available as double) as value
    from teams
    inner join materials_by_period as offered on teams.period_grain = offered.period_grain and teams.period_start = offered.period_start
)

{% for part in ['objections', 'managers', 'leads', 'requests', 'time_logged', 'tools', 'materials', 'materials_offered'] %}
select * from {{ part }}
{{ 'union all' if not loop.last }}
{%- endfor %}
