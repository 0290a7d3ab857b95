-- Grain: date_day.
-- One day from the first event of the business to the last full day.
select period_start as date_day
from {{ ref('periods') }}
where period_grain = 'day'
