-- Grain: payment_id.
-- One payment before the as-of day, below nought where money went back, in its own money, in the base currency and in that of its invoice, by the
-- rates of its day.  One that names no invoice pays the only one of its deal that is not called off.  Of an invoice that its system calls paid, what
-- payments do not tell of came on that day (is_told is false).
with payments as (
    select
        payments.*,
        {{ local_date('payments.paid_at') }} as paid_on,
        coalesce(payments.deal_id, order_deals.deal_id) as told_deal_id,
        coalesce(payments.employee_id, orders.employee_id) as told_employee_id
    from {{ ref('payments') }} as payments
    left join {{ ref('orders') }} as orders on payments.order_id = orders.order_id
    left join (select order_id, min(deal_id) as deal_id from {{ ref('int_order_deals') }} group by order_id) as order_deals
        on payments.order_id = order_deals.order_id
    where payments.paid_at < {{ cutoff() }}
),

only_invoices as (
    select deal_id, min(invoice_id) as invoice_id from {{ ref('fct_invoices') }}
    where deal_id is not null and cancelled_on is null
    group by deal_id having count(*) = 1
),

told as (
    select
        payments.payment_id, payments.source_system, payments.order_id, payments.customer_id, payments.paid_on, payments.amount, payments.currency,
        coalesce(payments.invoice_id, only_invoices.invoice_id) as invoice_id,
        coalesce(payments.told_deal_id, invoices.deal_id) as deal_id,
        coalesce(payments.told_employee_id, invoices.employee_id) as employee_id,
        {{ to_base('payments.amount', 'rates') }} as amount_base,
        case
            when coalesce(upper(payments.currency), '{{ var("base_currency") }}') = invoices.currency then payments.amount
            when invoices.invoice_id is not null
                then cast(round({{ to_base('payments.amount', 'rates') }} / nullif(invoice_rates.rate_to_base, 0), 2) as decimal(18, 2))
        end as invoice_amount
    from payments
    left join only_invoices on payments.told_deal_id = only_invoices.deal_id
    left join {{ ref('fct_invoices') }} as invoices on coalesce(payments.invoice_id, only_invoices.invoice_id) = invoices.invoice_id
    {{ join_rate('rates', 'payments.currency', 'payments.paid_on') }}
    {{ join_rate('invoice_rates', 'invoices.currency', 'payments.paid_on') }}
),

-- of invoices called paid, what no payment tells of
untold as (
    select invoices.*, cast(invoices.amount - coalesce(came.amount, 0) as decimal(18, 2)) as rest
    from {{ ref('fct_invoices') }} as invoices
    left join (select invoice_id, sum(invoice_amount) as amount from told where amount > 0 group by invoice_id) as came
        on invoices.invoice_id = came.invoice_id
    where invoices.called_paid_on is not null
),

all_payments as (
    select
        payment_id, source_system, true as is_told, invoice_id, order_id, deal_id, customer_id, employee_id,
        paid_on, amount, coalesce(upper(currency), '{{ var("base_currency") }}') as currency, amount_base, invoice_amount
    from told
    union all
    select
        concat('invoice:', untold.invoice_id), untold.source_system, false, untold.invoice_id, null, untold.deal_id, null, untold.employee_id,
        untold.called_paid_on, untold.rest as amount, untold.currency, {{ to_base('untold.rest', 'rates') }}, untold.rest as invoice_amount
    from untold
    {{ join_rate('rates', 'untold.currency', 'untold.called_paid_on') }}
    where untold.rest > 0
)

select
    all_payments.payment_id, all_payments.source_system, all_payments.is_told, all_payments.invoice_id, all_payments.order_id, all_payments.deal_id,
    coalesce(clusters.customer_key, order_clusters.customer_key, deals.customer_key) as customer_key,
    coalesce(all_payments.employee_id, deals.employee_id) as employee_id,
    {{ known('employees.team') }} as team,
    {{ known('coalesce(deals.channel, record_channels.channel)') }} as channel,
    {{ known('coalesce(customers.segment, deals.customer_segment)') }} as customer_segment,
    all_payments.paid_on, all_payments.amount, all_payments.currency, all_payments.amount_base, all_payments.invoice_amount
from all_payments
left join {{ ref('fct_deals') }} as deals on all_payments.deal_id = deals.deal_id
left join {{ ref('int_identity_clusters') }} as clusters on concat('c:', all_payments.customer_id) = clusters.record
left join {{ ref('int_record_customers') }} as order_clusters on concat('o:', all_payments.order_id) = order_clusters.record
left join {{ ref('dim_customers') }} as customers on coalesce(clusters.customer_key, order_clusters.customer_key) = customers.customer_key
left join {{ ref('dim_employees') }} as employees on coalesce(all_payments.employee_id, deals.employee_id) = employees.employee_id
left join {{ ref('int_record_channels') }} as record_channels on concat('o:', all_payments.order_id) = record_channels.record
