-- Grain: measure, period_grain, period_start, dimension, dimension_key.
-- One measure of sales materials, used or to be had, period, dimension (team) and member.
with managers as (
    {{ period_measures(ref('manager_days'), dimensions=['team'], per_period={'managers_active': 'count(distinct manager)'}, whole=false) }}
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

offered as (
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
    select period_grain, period_start, dimension, dimension_key from managers
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
    inner join offered on teams.period_grain = offered.period_grain and teams.period_start = offered.period_start
)

select * from materials
union all
select * from materials_offered
