-- Grain: period_grain, period_start.
-- One period (day, ISO week, month, quarter, year) from the first event of any subject to the last full day, and one span of days beside them:
-- what a running period is compared with, and the last days up to the last full one.
with first_event as (
    select min(first_day) as first_day from {{ ref('subject_starts') }}
),

all_periods as (
    select
        period_grain, period_grain as whole_grain, period_start, period_end, last_known_day, is_complete, working_days, working_days_passed,
        previous_start, year_ago_start, compared_grain
    from {{ ref('dim_period') }}
    union all
    select period_grain, whole_grain, period_start, period_end, last_known_day, whole_grain = 'days', null, null,
        previous_start, null, null
    from {{ ref('dim_period_span') }}
)

select
    periods.period_grain,
    periods.whole_grain,
    periods.period_start,
    periods.period_end,
    periods.last_known_day,
    periods.is_complete,
    periods.working_days,
    periods.working_days_passed,
    periods.previous_start,
    periods.year_ago_start,
    periods.compared_grain
from all_periods as periods
cross join first_event
where periods.period_end >= first_event.first_day and periods.period_start < {{ as_of() }}
