-- Grain: kpi_id, time_window, dimension, dimension_key.
-- One KPI, window of time up to the last full day, dimension and member: how the month, the quarter and the year go, and the last days.  A running
-- period is set beside as many working days of the period before and of the year before, and its plan to date; whoever has a plan has a row.
{%- set grains = "'" ~ var('pace_grains') | join("', '") ~ "'" %}
with windows as (
    select *, case when is_complete then period_grain else concat(period_grain, '_worked') end as earlier_grain
    from {{ ref('periods') }}
    where last_known_day = {{ dbt.dateadd('day', -1, as_of()) }} and (whole_grain = 'days' or period_grain in ({{ grains }}))
),

figures as (
    select * from {{ ref('metric_values') }} where not {{ is_pair('dimension') }}
    union all
    select * from {{ ref('int_combined_values') }}
),

-- what runs on by working days: sums, and the share of a quota, for its plan of the whole period stands
definitions as (
    select *, kind = 'flow' or figure_id = '{{ var("quota_kpi") }}' as runs_on from {{ ref('kpi_definitions') }} where not is_supporting
),

starts as (
    select figure_id, coalesce(covered_from, cast('0001-01-01' as date)) as covered_from from {{ ref('metric_value_starts') }}
),

cells as (
    select figures.figure_id, figures.period_grain, figures.period_start, figures.dimension, figures.dimension_key
    from figures
    inner join windows on figures.period_grain = windows.period_grain and figures.period_start = windows.period_start
    union
    select kpi_id, period_grain, period_start, dimension, dimension_key from {{ ref('int_plans_to_date') }}
),

told as (
    select
        cells.figure_id as kpi_id, cells.dimension, cells.dimension_key,
        windows.period_grain as time_window, windows.period_start, windows.last_known_day as last_day,
        windows.working_days, windows.working_days_passed, windows.is_complete and windows.period_start >= starts.covered_from as is_complete,
        coalesce(figures.value, definitions.when_nothing) as value, figures.cases,
        case when windows.period_start < starts.covered_from and figures.value is not null then 'uncovered' else figures.caution end as mark,
        case when windows.previous_start >= starts.covered_from then coalesce(previous.value, definitions.when_nothing) end as previous_value,
        case when windows.year_ago_start >= starts.covered_from then coalesce(year_ago.value, definitions.when_nothing) end as year_ago_value,
        targets.target_value, targets.target_to_date,
        case when definitions.runs_on then windows.working_days - windows.working_days_passed end as days_left,
        case
            when not definitions.runs_on or windows.period_start < starts.covered_from then null
            when windows.working_days = windows.working_days_passed then 1
            else cast(windows.working_days as double) / nullif(windows.working_days_passed, 0)
        end as run_rate
    from cells
    inner join windows on cells.period_grain = windows.period_grain and cells.period_start = windows.period_start
    inner join definitions on cells.figure_id = definitions.figure_id
    inner join starts on cells.figure_id = starts.figure_id
    left join figures
        on cells.figure_id = figures.figure_id and cells.period_grain = figures.period_grain and cells.period_start = figures.period_start
        and cells.dimension = figures.dimension and cells.dimension_key = figures.dimension_key
    {%- for name in ['previous', 'year_ago'] %}
    left join figures as {{ name }}
        on cells.figure_id = {{ name }}.figure_id and windows.earlier_grain = {{ name }}.period_grain
        and windows.{{ name }}_start = {{ name }}.period_start
        and cells.dimension = {{ name }}.dimension and cells.dimension_key = {{ name }}.dimension_key
    {%- endfor %}
    left join {{ ref('int_plans_to_date') }} as targets
        on cells.figure_id = targets.kpi_id and cells.period_grain = targets.period_grain and cells.period_start = targets.period_start
        and cells.dimension = targets.dimension and cells.dimension_key = targets.dimension_key
)

select
    told.kpi_id, told.time_window, told.period_start, told.last_day, told.is_complete, told.dimension, told.dimension_key,
    coalesce(special.name_ru, members.dimension_name_ru, told.dimension_key) as dimension_name_ru,
    coalesce(special.name_en, members.dimension_name_en, told.dimension_key) as dimension_name_en,
    told.working_days, told.working_days_passed,
    told.value, told.cases, told.mark, marks.name_ru as mark_ru, marks.name_en as mark_en, told.previous_value, told.year_ago_value,
    told.target_value, told.target_to_date, told.value - told.target_to_date as gap_to_date,
    {{ ratio('told.value', 'told.target_value') }} as attained_share, told.value * told.run_rate as run_rate_value,
    case when told.value >= told.target_value then 0 else told.target_value - told.value end / nullif(told.days_left, 0) as needed_a_day
from told
left join {{ ref('seed_marks') }} as marks on told.mark = marks.mark
left join {{ ref('dimension_members') }} as members on told.dimension = members.dimension and told.dimension_key = members.dimension_key
left join {{ ref('seed_member_names') }} as special on special.dimension = 'any' and told.dimension_key = special.dimension_key
