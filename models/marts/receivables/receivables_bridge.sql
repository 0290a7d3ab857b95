-- Grain: period_grain, period_start.
-- One period with what customers owed before it, what was invoiced, paid and called off in it, and what they owe at its end.
with events as (
    select * from {{ ref('receivable_events') }}
),

moved as (
    select
        periods.period_grain,
        periods.period_start,
        periods.last_known_day,
        periods.is_complete,
        {%- for column in ['invoiced', 'money_received', 'money_settled', 'money_of_orders', 'money_unassigned', 'exchange_difference',
                           'invoices_cancelled', 'receivables', 'receivables_overdue'] %}
        cast(coalesce(sum(events.{{ column }}), 0) as decimal(18, 2)) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('periods') }} as periods
    left join events on events.event_date between periods.period_start and periods.last_known_day
    where periods.period_grain = periods.whole_grain
    group by periods.period_grain, periods.period_start, periods.last_known_day, periods.is_complete
)

select
    period_grain,
    period_start,
    last_known_day,
    is_complete,
    cast(sum(receivables) over (partition by period_grain order by period_start) - receivables as decimal(18, 2)) as opening,
    invoiced,
    money_settled,
    invoices_cancelled,
    cast(sum(receivables) over (partition by period_grain order by period_start) as decimal(18, 2)) as closing,
    cast(sum(receivables_overdue) over (partition by period_grain order by period_start) as decimal(18, 2)) as closing_overdue,
    money_received,
    money_of_orders,
    money_unassigned,
    exchange_difference,
    cast(sum(money_unassigned) over (partition by period_grain order by period_start) as decimal(18, 2)) as closing_unassigned
from moved
