-- Grain: period_start, manager.
-- One month and manager: the won amount that he himself last entered for it by the day it began, in the base currency.
with forecasts as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'period_start') }} as date) as month_start
    from {{ ref('fct_forecasts') }}
    where entered_on <= period_start
),

numbered as (
    select
        *,
        row_number() over (partition by employee_id, month_start order by entered_on desc) as row_no
    from forecasts
)

select
    month_start as period_start,
    employee_id as manager,
    amount_base as amount
from numbered
where row_no = 1
