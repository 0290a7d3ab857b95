-- Proves that the month, the quarter and the year to date have the values of kpi_values, that those which are over are set beside the same periods
-- and have their whole plan to the kopeck, and that what adds up is the sum of its days, of the window and of what it is set beside: as many
-- working days, or as many days before the last ones.
with windows as (
    select
        told.*,
        definitions.kind,
        definitions.when_nothing,
        spans.is_complete as is_over,
        earlier.period_start as previous_start,
        earlier.last_known_day as previous_last_day
    from {{ ref('kpi_to_date') }} as told
    inner join {{ ref('kpi_definitions') }} as definitions on told.kpi_id = definitions.figure_id
    inner join {{ ref('periods') }} as spans on told.time_window = spans.period_grain and told.period_start = spans.period_start
    left join {{ ref('periods') }} as earlier
        on spans.previous_start = earlier.period_start
        and earlier.period_grain = case when spans.is_complete then told.time_window else concat(told.time_window, '_worked') end
),

by_days as (
    select
        windows.kpi_id,
        windows.time_window,
        sum(case when days.period_start >= windows.period_start then days.value else 0 end) as value,
        sum(case when days.period_start <= windows.previous_last_day then days.value else 0 end) as previous_value
    from windows
    inner join {{ ref('kpi_values') }} as days
        on windows.kpi_id = days.kpi_id and days.period_grain = 'day' and days.dimension = 'all'
        and days.period_start >= windows.previous_start and days.period_start <= windows.last_day
    where windows.dimension = 'all' and windows.kind = 'flow'
    group by windows.kpi_id, windows.time_window
)

select windows.kpi_id, windows.time_window, windows.dimension, windows.dimension_key, windows.value as told, kpis.value as expected
from windows
left join {{ ref('kpi_values') }} as kpis
    on windows.kpi_id = kpis.kpi_id and windows.time_window = kpis.period_grain and windows.period_start = kpis.period_start
    and windows.dimension = kpis.dimension and windows.dimension_key = kpis.dimension_key
where
    windows.time_window not like 'last_%'
    and (
        windows.value is distinct from case when kpis.kpi_id is null then windows.when_nothing else kpis.value end
        or (
            windows.is_over and kpis.kpi_id is not null
            and (
                windows.previous_value is distinct from kpis.previous_value
                or windows.year_ago_value is distinct from kpis.year_ago_value
                or windows.is_complete <> kpis.is_complete
            )
        )
        or (windows.is_over and windows.target_to_date is distinct from windows.target_value)
    )

union all

select windows.kpi_id, windows.time_window, 'all', 'all', windows.value as told, by_days.value as expected
from windows
inner join by_days on windows.kpi_id = by_days.kpi_id and windows.time_window = by_days.time_window and windows.dimension = 'all'
where abs(windows.value - by_days.value) > 0.005 or abs(windows.previous_value - by_days.previous_value) > 0.005
