-- Grain: invoice_id.
-- One invoice as it stands on the as-of day: what came for it, what is still owed and for how many days it has been overdue.
with states as (
    select *, row_number() over (partition by invoice_id order by event_date desc, event_no desc, event_id desc) as row_no
    from {{ ref('int_invoice_states') }}
),

paid as (
    select invoice_id, max(case when amount > 0 then paid_on end) as last_paid_on, sum(amount_base) as received_base
    from {{ ref('fct_payments') }}
    group by invoice_id
)

select
    invoices.invoice_id,
    invoices.source_system,
    invoices.record_url,
    invoices.deal_id,
    invoices.customer_key,
    invoices.customer_segment,
    invoices.channel,
    {{ known('invoices.employee_id') }} as manager,
    {{ known('employees.employee_name') }} as manager_name,
    invoices.team,
    invoices.issued_on,
    invoices.due_on,
    invoices.cancelled_on,
    paid.last_paid_on,
    case
        when invoices.cancelled_on is not null then 'cancelled'
        when states.open_base is null then '{{ var("unknown_member") }}'
        when states.open_base = 0 then 'paid'
        when invoices.due_on < {{ dbt.dateadd('day', -1, as_of()) }} then 'overdue'
        when states.settled_base > 0 then 'partly paid'
        else 'open'
    end as invoice_state,
    case
        when states.open_base > 0
            then cast(greatest({{ dbt.datediff('invoices.due_on', dbt.dateadd('day', -1, as_of()), 'day') }}, 0) as integer)
    end as days_overdue,
    invoices.amount,
    invoices.currency,
    invoices.amount_base,
    cast(coalesce(paid.received_base, 0) as decimal(18, 2)) as received_base,
    states.settled_base,
    states.cancelled_base,
    states.open_base,
    states.unassigned_base
from {{ ref('fct_invoices') }} as invoices
left join states on invoices.invoice_id = states.invoice_id and states.row_no = 1
left join paid on invoices.invoice_id = paid.invoice_id
left join {{ ref('dim_employees') }} as employees on invoices.employee_id = employees.employee_id
