-- Grain: report, kpi_id, period_grain, period_start.
-- One report of the head of sales, indicator, period grain and period: set beside plan, period before and year before, and judged.
-- An indicator is judged by its plan or, where there is none, by the period before, a day by the same weekday a week before; it is good where it
-- lies on the side that the catalogue calls better, and even where the difference is small.  A running period is judged by its plan to date, of what
-- adds up, else by the same days of the one before: its plan is that of the whole period.  A figure that bears a mark (its data begin later, it is
-- not ripe, it rests on too few cases) is judged by nothing and judges none, and nobody is named who moved it.
with kpis as (
    select * from {{ ref('kpi_values') }} where dimension = 'all'
),

indicator_values as (
    select
        indicators.report, indicators.position,
        periods.period_grain, periods.period_start, periods.period_end, kpis.is_complete,
        catalogue.kpi_id, catalogue.name_ru, catalogue.name_en, catalogue.unit, catalogue.better,
        kpis.value, kpis.mark, kpis.mark_ru, kpis.mark_en,
        coalesce(kpis.target_value, indicators.plan_value) as plan_value,
        case when kpis.period_grain = 'day' then week_before.value else kpis.previous_value end as previous_value,
        kpis.year_ago_value, bases.caution_before,
        pace.target_to_date as plan_to_date, pace.gap_to_date, pace.needed_a_day, pace.run_rate_value,
        max(case when periods.is_complete then periods.period_start end)
            over (partition by indicators.report, periods.period_grain) as latest_start
    from {{ ref('seed_report_indicators') }} as indicators
    inner join {{ ref('kpi_catalogue') }} as catalogue on indicators.kpi_id = catalogue.kpi_id
    inner join kpis on indicators.kpi_id = kpis.kpi_id
    inner join {{ ref('periods') }} as periods on kpis.period_grain = periods.period_grain and kpis.period_start = periods.period_start
    left join kpis as week_before
        on kpis.kpi_id = week_before.kpi_id and kpis.period_grain = week_before.period_grain and week_before.is_complete
        and week_before.period_grain = 'day' and week_before.period_start = {{ dbt.dateadd('day', -7, 'kpis.period_start') }}
    left join {{ ref('int_report_changes') }} as bases
        on indicators.report = bases.report and kpis.kpi_id = bases.kpi_id and bases.dimension = 'all'
        and kpis.period_grain = bases.period_grain and kpis.period_start = bases.period_start
    left join {{ ref('kpi_to_date') }} as pace
        on not periods.is_complete and pace.target_to_date is not null and pace.run_rate_value is not null
        and pace.dimension = 'all' and kpis.kpi_id = pace.kpi_id
        and kpis.period_grain = pace.time_window and kpis.period_start = pace.period_start
),

compared as (
    select
        *,
        case
            when better = 'none' or value is null or mark in ('uncovered', 'unripe', 'few_cases') then null
            when is_complete and plan_value is not null then 'plan'
            when plan_to_date is not null then 'plan_to_date'
            when previous_value is not null and caution_before is null then case when period_grain = 'day' then 'weekday' else 'previous' end
        end as judged_by
    from indicator_values
),

measured as (
    select *, case judged_by when 'plan' then plan_value when 'plan_to_date' then plan_to_date else previous_value end as yardstick from compared
),

judged as (
    select *, case
            when judged_by is null then null
            when abs(value - yardstick) <= {{ var('even_within') }} * abs(yardstick) then 'even'
            when (value > yardstick) = (better = 'up') then 'good'
            else 'bad'
        end as sign,
        coalesce(mark, '') not in ('uncovered', 'unripe', 'few_cases') and caution_before is null as is_change_told
    from measured
)

select
    judged.*,
    coalesce(judged.period_start = judged.latest_start, false) as is_latest,
    {{ ratio('judged.value', 'judged.plan_value') }} as attainment,
    judged.value - judged.previous_value as change,
    {{ ratio('judged.value - judged.previous_value', 'abs(judged.previous_value)') }} as change_share,
    judged.value - judged.year_ago_value as year_change,
    {{ ratio('judged.value - judged.year_ago_value', 'abs(judged.year_ago_value)') }} as year_change_share,
    signs.name_ru as sign_ru, signs.name_en as sign_en, movers.mover_dimension, movers.mover_ru, movers.mover_en, movers.mover_change
from judged
left join {{ ref('seed_report_signs') }} as signs on judged.judged_by = signs.judged_by and judged.sign = signs.sign
left join {{ ref('int_report_movers') }} as movers
    on judged.report = movers.report and judged.kpi_id = movers.kpi_id and judged.period_grain = movers.period_grain and movers.is_main
    -- within the key, for a condition of its own on one side makes the engine hold every row against every other
    and case when judged.previous_value is not null and judged.is_change_told then judged.period_start end = movers.period_start
