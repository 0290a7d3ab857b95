-- Grain: finding, subject.
-- One sale, refund, return, invoice or payment that cannot be worth what its record says, as a finding.
with all_findings as (
    select 'sale without an amount' as finding, concat(kind, 's') as subject from {{ ref('fct_sales') }} where amount is null
    union all
    select 'refund of an order that was not paid', concat('order ', refunds.order_id)
    from {{ ref('refunds') }} as refunds
    inner join {{ ref('orders') }} as orders on refunds.order_id = orders.order_id
    left join {{ ref('int_paid_orders') }} as sold on refunds.order_id = sold.order_id
    where sold.order_id is null and refunds.refunded_at < {{ cutoff() }}
    union all
    select 'refunds above what their sale brought', concat('sale ', sale_id)
    from {{ ref('fct_refunds') }}
    where amount < recorded_amount
    union all
    select 'cancelled order whose payment was not returned', concat('order ', orders.order_id)
    from {{ ref('orders') }} as orders
    left join {{ ref('int_paid_orders') }} as sold on orders.order_id = sold.order_id
    where orders.status = 'cancelled' and orders.paid_at < {{ cutoff() }} and orders.amount > 0 and sold.order_id is null
    union all
    select 'return that names no sale', concat('order ', order_id) from {{ ref('int_returns') }} where sale_id is null
    union all
    select 'invoice without an amount or a rate, not counted', concat('invoice ', invoice_id) from {{ ref('fct_invoices') }} where amount_base is null
    union all
    select 'payment of an invoice that is not known', concat('payment ', payments.payment_id)
    from {{ ref('fct_payments') }} as payments
    left join {{ ref('fct_invoices') }} as invoices on payments.invoice_id = invoices.invoice_id
    where payments.invoice_id is not null and invoices.invoice_id is null
    union all
    select 'payment without a rate, not counted or not of its invoice', concat('payment ', payments.payment_id)
    from {{ ref('fct_payments') }} as payments
    left join {{ ref('fct_invoices') }} as invoices on payments.invoice_id = invoices.invoice_id
    where payments.amount_base is null or (invoices.amount_base is not null and payments.invoice_amount is null)
)

select
    finding,
    subject,
    count(*) as rows_affected
from all_findings
group by finding, subject
