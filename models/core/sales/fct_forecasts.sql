-- Grain: source_system, source_account, employee_id, period_grain, period_start, entered_on.
-- One won amount that an employee entered, before the as-of day, as what he expected of a period (a month, where he told no other), in the base
-- currency too, by the rate of the day he entered it.
select
    forecasts.source_system,
    forecasts.source_account,
    forecasts.employee_id,
    {{ known('employees.team') }} as team,
    coalesce(forecasts.period_grain, 'month') as period_grain,
    forecasts.period_start,
    forecasts.as_of as entered_on,
    forecasts.amount,
    coalesce(upper(forecasts.currency), '{{ var("base_currency") }}') as currency,
    {{ to_base('forecasts.amount', 'rates') }} as amount_base
from {{ ref('forecasts') }} as forecasts
left join {{ ref('dim_employees') }} as employees on forecasts.employee_id = employees.employee_id
{{ join_rate('rates', 'forecasts.currency', 'forecasts.as_of') }}
where forecasts.as_of < {{ as_of() }}
