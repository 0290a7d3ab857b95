-- Grain: invoice_id.
-- One invoice issued before the as-of day, with the customer, manager and channel of its deal and its amount in the base currency, by the rate of
-- its day.  One that tells no day of payment is due var invoice_due_days after its own.
with invoices as (
    select
        *,
        {{ local_date('paid_at') }} as paid_day,
        {{ local_date('cancelled_at') }} as cancelled_day
    from {{ ref('invoices') }}
    where issued_on < {{ as_of() }}
)

select
    invoices.invoice_id,
    invoices.source_system,
    {{ source_id('invoices.invoice_id') }} as source_id,
    {{ record_url('invoices.invoice_id') }} as record_url,
    invoices.deal_id,
    coalesce(clusters.customer_key, deals.customer_key) as customer_key,
    coalesce(invoices.employee_id, deals.employee_id) as employee_id,
    {{ known('employees.team') }} as team,
    {{ known('deals.channel') }} as channel,
    {{ known('coalesce(customers.segment, deals.customer_segment)') }} as customer_segment,
    invoices.issued_on,
    cast(coalesce(invoices.due_on, {{ dbt.dateadd('day', var('invoice_due_days'), 'invoices.issued_on') }}) as date) as due_on,
    -- what lies ahead of the as-of day is not known yet
    case when invoices.paid_day < {{ as_of() }} then greatest(invoices.paid_day, invoices.issued_on) end as called_paid_on,
    case when invoices.cancelled_day < {{ as_of() }} then greatest(invoices.cancelled_day, invoices.issued_on) end as cancelled_on,
    invoices.amount,
    coalesce(upper(invoices.currency), '{{ var("base_currency") }}') as currency,
    {{ to_base('invoices.amount', 'rates') }} as amount_base,
    rates.rate_to_base
from invoices
left join {{ ref('fct_deals') }} as deals on invoices.deal_id = deals.deal_id
left join {{ ref('int_identity_clusters') }} as clusters on concat('c:', invoices.customer_id) = clusters.record
left join {{ ref('dim_customers') }} as customers on clusters.customer_key = customers.customer_key
left join {{ ref('dim_employees') }} as employees on coalesce(invoices.employee_id, deals.employee_id) = employees.employee_id
{{ join_rate('rates', 'invoices.currency', 'invoices.issued_on') }}
{{ join_record_page("'invoice'", 'invoices.invoice_id') }}
