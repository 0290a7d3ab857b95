-- Grain: period_grain, period_start, manager.
-- One month, quarter or year and manager: the won amount that he himself last entered for it by the day it began, in the base currency.
with forecasts as (
    select
        *,
        {{ period_start('period_grain', 'period_start') }} as first_day
    from {{ ref('fct_forecasts') }}
    where entered_on <= period_start
),

numbered as (
    select
        *,
        row_number() over (partition by employee_id, period_grain, first_day order by entered_on desc) as row_no
    from forecasts
)

select
    period_grain,
    first_day as period_start,
    employee_id as manager,
    amount_base as amount
from numbered
where row_no = 1
