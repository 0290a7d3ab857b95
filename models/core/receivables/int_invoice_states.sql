-- Grain: event, event_id.
-- One moment of an invoice (it is issued, falls overdue, has aged var dso_days, is paid or called off) and how it stands from then on, in the base
-- currency at the rate of the invoice's day.  What is paid settles it up to its amount, once it is issued; the rest of the money waits.
{%- set running -%}
    over (partition by moments.invoice_id order by moments.event_date, moments.event_no, moments.event_id rows unbounded preceding)
{%- endset %}
with invoices as (
    select * from {{ ref('fct_invoices') }} where amount_base is not null
),

moments as (
    select invoice_id, issued_on as event_date, 1 as event_no, 'issued' as event, invoice_id as event_id, cast(0 as decimal(18, 2)) as paid
    from invoices
    union all
    select invoice_id, cast({{ dbt.dateadd('day', 1, 'due_on') }} as date), 2, 'overdue', invoice_id as event_id, 0 from invoices
    union all
    select invoice_id, cast({{ dbt.dateadd('day', var('dso_days'), 'issued_on') }} as date), 3, 'aged', invoice_id as event_id, 0 from invoices
    union all
    select invoice_id, paid_on, 4, 'payment', payment_id, coalesce(invoice_amount, 0) from {{ ref('fct_payments') }}
    union all
    select invoice_id, cancelled_on, 5, 'cancelled', invoice_id as event_id, 0 from invoices where cancelled_on is not null
),

so_far as (
    select
        moments.invoice_id,
        moments.event_date,
        moments.event_no,
        moments.event,
        moments.event_id,
        invoices.amount,
        invoices.amount_base,
        invoices.rate_to_base,
        max({{ flag("moments.event = 'issued'") }}) {{ running }} as is_issued,
        max({{ flag("moments.event = 'overdue'") }}) {{ running }} as is_overdue,
        max({{ flag("moments.event = 'aged'") }}) {{ running }} as is_aged,
        max({{ flag("moments.event = 'cancelled'") }}) {{ running }} as is_cancelled,
        sum(moments.paid) {{ running }} as paid
    from moments
    inner join invoices on moments.invoice_id = invoices.invoice_id
    where moments.event_date < {{ as_of() }}
),

applied as (
    select
        *,
        case when is_issued = 1 then greatest(least(paid, amount), 0) else 0 end as applied
    from so_far
),

booked as (
    select
        *,
        cast(is_issued * amount_base as decimal(18, 2)) as invoiced_base,
        cast(round(applied * rate_to_base, 2) as decimal(18, 2)) as settled_base,
        cast(round((paid - applied) * rate_to_base, 2) as decimal(18, 2)) as unassigned_base
    from applied
)

select
    invoice_id,
    event_date,
    event_no,
    event,
    event_id,
    cast(paid as decimal(18, 2)) as paid,
    invoiced_base,
    settled_base,
    unassigned_base,
    -- what is no longer owed, though it was not paid
    cast(is_cancelled * (invoiced_base - settled_base) as decimal(18, 2)) as cancelled_base,
    cast((1 - is_cancelled) * (invoiced_base - settled_base) as decimal(18, 2)) as open_base,
    cast(is_overdue * (1 - is_cancelled) * (invoiced_base - settled_base) as decimal(18, 2)) as overdue_base,
    cast((1 - is_aged) * (invoiced_base - is_cancelled * (invoiced_base - settled_base)) as decimal(18, 2)) as lately_base
from booked
