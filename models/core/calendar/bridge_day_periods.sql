-- Grain: date_day, period_grain.
-- One day and one period that holds it, of each grain.
select
    days.date_day,
    periods.period_grain,
    periods.period_start
from {{ ref('dim_date') }} as days
inner join {{ ref('dim_period') }} as periods
    on days.date_day >= periods.period_start and days.date_day <= periods.period_end
