-- Grain: period_start, manager.
-- One month and manager: the won amount that he himself last entered for it by the day it began, in the base currency.
with forecasts as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'period_start') }} as date) as month_start
    from {{ ref('forecasts') }}
    where as_of <= period_start and as_of < {{ as_of() }}
),

numbered as (
    select
        forecasts.month_start as period_start,
        forecasts.employee_id as manager,
        {{ to_base('forecasts.amount', 'rates') }} as amount,
        row_number() over (partition by forecasts.employee_id, forecasts.month_start order by forecasts.as_of desc) as row_no
    from forecasts
    {{ join_rate('rates', 'forecasts.currency', 'forecasts.as_of') }}
)

select period_start, manager, amount
from numbered
where row_no = 1
