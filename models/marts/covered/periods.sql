-- Grain: period_grain, period_start.
-- One period (day, ISO week, month, quarter, year) from the first event of any subject to the last full day, and one span that a running
-- period is compared with: the same days of the period before and of the year before, under the grain <grain>_to_date.
with first_event as (
    select min(first_day) as first_day from {{ ref('subject_starts') }}
)

select
    periods.period_grain,
    periods.whole_grain,
    periods.period_start,
    periods.period_end,
    periods.last_known_day,
    periods.is_complete,
    periods.previous_start,
    periods.year_ago_start,
    periods.compared_grain
from {{ ref('dim_period') }} as periods
cross join first_event
where periods.period_end >= first_event.first_day and periods.period_start < {{ as_of() }}
