-- Grain: figure_id, period_grain, period_start, dimension, dimension_key.
-- One KPI or companion figure, period, dimension and member, set beside the period before, the year before and the target.
-- A complete period is set beside whole periods, a running one beside the same days of them; a period whose beginning the data do not cover
-- is no base to compare with.  A mark says what keeps a figure from being taken at its word; it is one mark, the gravest.
with definitions as (
    select * from {{ ref('kpi_definitions') }}
),

all_values as (
    select * from {{ ref('metric_values') }}
    union all
    select * from {{ ref('int_combined_values') }}
    union all
    select
        figure_id, period_grain, period_start, dimension, dimension_key, value, numerator, null as denominator, null as cases, null as caution
    from {{ ref('int_planned_values') }}
),

spans as (
    select
        all_values.*,
        definitions.is_supporting,
        definitions.when_nothing,
        coalesce(starts.covered_from, cast('0001-01-01' as date)) as covered_from
    from all_values
    inner join definitions on all_values.figure_id = definitions.figure_id
    inner join {{ ref('metric_value_starts') }} as starts on all_values.figure_id = starts.figure_id
),

whole_periods as (
    select
        spans.*,
        periods.previous_start,
        periods.year_ago_start,
        periods.compared_grain,
        periods.is_complete and spans.period_start >= spans.covered_from as is_complete,
        case
            when spans.value is null then null
            when spans.period_start < spans.covered_from then 'uncovered'
            when not periods.is_complete then coalesce(spans.caution, 'running')
            else spans.caution
        end as mark
    from spans
    inner join {{ ref('periods') }} as periods on spans.period_grain = periods.period_grain and spans.period_start = periods.period_start
    where periods.period_grain = periods.whole_grain
)

select
    metric.figure_id, metric.is_supporting, metric.period_grain, metric.period_start, metric.is_complete, metric.dimension, metric.dimension_key,
    coalesce(members.dimension_value, metric.dimension_key) as dimension_value,
    coalesce(special.name_ru, members.dimension_name_ru, metric.dimension_key) as dimension_name_ru,
    coalesce(special.name_en, members.dimension_name_en, metric.dimension_key) as dimension_name_en,
    metric.value, metric.numerator, metric.denominator, metric.cases,
    metric.mark, marks.name_ru as mark_ru, marks.name_en as mark_en,
    case when metric.previous_start >= metric.covered_from then coalesce(previous.value, metric.when_nothing) end as previous_value,
    case when metric.year_ago_start >= metric.covered_from then coalesce(year_ago.value, metric.when_nothing) end as year_ago_value,
    targets.target_value
from whole_periods as metric
left join spans as previous
    on metric.figure_id = previous.figure_id
    and metric.compared_grain = previous.period_grain
    and metric.previous_start = previous.period_start
    and metric.dimension = previous.dimension
    and metric.dimension_key = previous.dimension_key
left join spans as year_ago
    on metric.figure_id = year_ago.figure_id
    and metric.compared_grain = year_ago.period_grain
    and metric.year_ago_start = year_ago.period_start
    and metric.dimension = year_ago.dimension
    and metric.dimension_key = year_ago.dimension_key
left join {{ ref('targets_by_period') }} as targets
    on metric.figure_id = targets.kpi_id
    and metric.period_grain = targets.period_grain
    and metric.period_start = targets.period_start
    and metric.dimension = targets.dimension
    and metric.dimension_key = targets.dimension_key
left join {{ ref('seed_marks') }} as marks on metric.mark = marks.mark
left join {{ ref('dimension_members') }} as members on metric.dimension = members.dimension and metric.dimension_key = members.dimension_key
left join {{ ref('seed_member_names') }} as special
    on special.dimension = 'any' and metric.dimension_key = special.dimension_key
