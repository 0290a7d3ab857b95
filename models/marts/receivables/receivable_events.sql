-- Grain: event, event_id.
-- One thing that moves what customers owe: an invoice is issued, falls overdue, ages or is called off; money comes or, below nought, goes back.
{%- set before -%} over (partition by invoice_id order by event_date, event_no, event_id) {%- endset %}
with states as (
    select * from {{ ref('int_invoice_states') }}
),

changes as (
    select
        event_date,
        event,
        event_id,
        invoice_id,
        {%- for column in ['invoiced', 'settled', 'cancelled', 'unassigned', 'open', 'overdue', 'lately'] %}
        {{ column }}_base - lag({{ column }}_base, 1, cast(0 as decimal(18, 2))) {{ before }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from states
),

-- money of no invoice that is known stands alone: it pays an order, or it waits
events as (
    select event_date, event, event_id, invoice_id, invoiced, settled, cancelled, unassigned, open, overdue, lately, null as order_money
    from changes
    where event in ('issued', 'payment', 'cancelled') or overdue <> 0 or lately <> 0
    union all
    select
        payments.paid_on, 'payment', payments.payment_id, null, 0, 0, 0, case when payments.order_id is null then payments.amount_base else 0 end,
        0, 0, 0, case when payments.order_id is not null then payments.amount_base end
    from {{ ref('fct_payments') }} as payments
    left join (select distinct invoice_id from states) as known on payments.invoice_id = known.invoice_id
    where known.invoice_id is null
)

select
    events.event_date,
    events.event,
    events.event_id,
    events.invoice_id,
    payments.payment_id,
    {{ known('coalesce(invoices.source_system, payments.source_system)') }} as source_system,
    coalesce(invoices.customer_key, payments.customer_key) as customer_key,
    {{ known('coalesce(invoices.customer_segment, payments.customer_segment)') }} as customer_segment,
    {{ known('coalesce(invoices.channel, payments.channel)') }} as channel,
    {{ known('case when events.invoice_id is not null then invoices.employee_id else payments.employee_id end') }} as manager,
    {{ known('employees.employee_name') }} as manager_name,
    {{ known('coalesce(invoices.team, payments.team)') }} as team,
    cast(events.invoiced as decimal(18, 2)) as invoiced,
    cast(coalesce(payments.amount_base, 0) as decimal(18, 2)) as money_received,
    cast(events.settled as decimal(18, 2)) as money_settled,
    cast(coalesce(events.order_money, 0) as decimal(18, 2)) as money_of_orders,
    cast(coalesce(events.unassigned, 0) as decimal(18, 2)) as money_unassigned,
    cast(coalesce(payments.amount_base, 0) - events.settled - coalesce(events.order_money, 0) - coalesce(events.unassigned, 0) as decimal(18, 2))
        as exchange_difference,
    cast(events.cancelled as decimal(18, 2)) as invoices_cancelled,
    cast(events.open as decimal(18, 2)) as receivables,
    cast(events.overdue as decimal(18, 2)) as receivables_overdue,
    cast(events.open * {{ var('dso_days') }} as decimal(18, 2)) as receivable_days,
    cast(events.lately as decimal(18, 2)) as invoiced_lately
from events
left join {{ ref('fct_invoices') }} as invoices on events.invoice_id = invoices.invoice_id
left join {{ ref('fct_payments') }} as payments on case when events.event = 'payment' then events.event_id end = payments.payment_id
left join {{ ref('dim_employees') }} as employees
    on case when events.invoice_id is not null then invoices.employee_id else payments.employee_id end = employees.employee_id
