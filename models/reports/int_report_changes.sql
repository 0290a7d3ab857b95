-- Grain: report, kpi_id, period_grain, period_start, dimension, dimension_key.
-- One indicator of a report, period of it and member (the whole, a channel, a manager, a stage), with what it was made of then and in the period
-- that it is set beside: of a day the same weekday a week before, of a running period the same days of the one before; and what it asked for then.
{%- set dimensions = "'" ~ (['all'] + var('mover_dimensions')) | join("', '") ~ "'" %}
with figures as (
    select * from {{ ref('metric_values') }}
    union all
    select * from {{ ref('int_combined_values') }}
),

pairs as (
    select
        indicators.report,
        indicators.kpi_id,
        definitions.scale,
        periods.period_grain,
        periods.period_start,
        periods.period_grain as grain_now,
        periods.period_start as start_now,
        periods.compared_grain as grain_before,
        case
            when periods.period_grain = 'day' then {{ dbt.dateadd('day', -7, 'periods.period_start') }} else periods.previous_start
        end as start_before
    from {{ ref('seed_report_indicators') }} as indicators
    inner join {{ ref('kpi_definitions') }} as definitions on indicators.kpi_id = definitions.figure_id
    inner join {{ ref('periods') }} as periods
        on periods.period_grain = case indicators.report when 'daily' then 'day' when 'weekly' then 'week' else 'month' end
),

sides as (
    {%- for side in ['now', 'before'] %}
    select
        pairs.report, pairs.kpi_id, pairs.scale, pairs.period_grain, pairs.period_start, '{{ side }}' as side,
        figures.dimension, figures.dimension_key, figures.numerator, figures.denominator, figures.caution
    from pairs
    inner join figures
        on pairs.kpi_id = figures.figure_id
        and pairs.grain_{{ side }} = figures.period_grain and pairs.start_{{ side }} = figures.period_start
    where figures.dimension in ({{ dimensions }})
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    report,
    kpi_id,
    scale,
    period_grain,
    period_start,
    dimension,
    dimension_key,
    count(denominator) > 0 as is_ratio,
    max(case when side = 'before' then caution end) as caution_before,
    {%- for side in ['now', 'before'] %}
    coalesce(cast(sum(case when side = '{{ side }}' then numerator end) as double), 0) as numerator_{{ side }},
    coalesce(cast(sum(case when side = '{{ side }}' then denominator end) as double), 0) as denominator_{{ side }}{{ ',' if not loop.last }}
    {%- endfor %}
from sides
group by report, kpi_id, scale, period_grain, period_start, dimension, dimension_key
