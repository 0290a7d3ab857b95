-- Proves money received and owed, to the kopeck.  Of every period: what was owed before it, plus invoices, less what was settled and called off, is
-- what is owed at its end, and that is what the invoices themselves owe on its last day; all money that came is settled, an order's, waiting or an
-- exchange difference.  And whole: the money of the marts is that of the payments, in each currency as its sources tell it.
with bridge as (
    select * from {{ ref('receivables_bridge') }}
),

months as (
    select * from bridge where period_grain = 'month'
),

-- each invoice in roubles by itself: its amount less what came for it by the day, where that lies between; invoices in other currencies by their rate
owed as (
    select
        months.period_start,
        invoices.invoice_id,
        min(invoices.amount_base) - round(min(invoices.rate_to_base) * greatest(least(
            coalesce(sum(case when payments.paid_on <= months.last_known_day then payments.invoice_amount end), 0), min(invoices.amount)
        ), 0), 2) as amount
    from months
    inner join {{ ref('fct_invoices') }} as invoices
        on invoices.issued_on <= months.last_known_day
        and coalesce(invoices.cancelled_on > months.last_known_day, true)
        and invoices.amount_base is not null
    left join {{ ref('fct_payments') }} as payments on invoices.invoice_id = payments.invoice_id
    group by months.period_start, invoices.invoice_id
),

owed_by_month as (
    select period_start, sum(amount) as amount from owed group by period_start
),

told as (
    select coalesce(currency, '{{ var("base_currency") }}') as currency, sum(amount) as amount
    from {{ ref('payments') }}
    where paid_at < {{ cutoff() }}
    group by coalesce(currency, '{{ var("base_currency") }}')
),

kept as (
    select currency, sum(amount) as amount from {{ ref('fct_payments') }} where is_told group by currency
)

select period_grain as what, period_start as day, closing as amount, opening + invoiced - money_settled - invoices_cancelled as expected
from bridge
where closing <> opening + invoiced - money_settled - invoices_cancelled
union all
select 'money', period_start, money_received, money_settled + money_of_orders + money_unassigned + exchange_difference
from bridge
where money_received <> money_settled + money_of_orders + money_unassigned + exchange_difference
union all
select 'owed', months.period_start, months.closing, coalesce(owed_by_month.amount, 0)
from months
left join owed_by_month on months.period_start = owed_by_month.period_start
where months.closing <> cast(coalesce(owed_by_month.amount, 0) as decimal(18, 2))
union all
select 'whole', null, events.received, payments.amount_base
from (select coalesce(sum(money_received), 0) as received from {{ ref('receivable_events') }}) as events
cross join (select coalesce(sum(amount_base), 0) as amount_base from {{ ref('fct_payments') }}) as payments
where events.received <> payments.amount_base
union all
select 'in ' || told.currency, null, kept.amount, told.amount as expected
from told
left join kept on told.currency = kept.currency
where coalesce(kept.amount, 0) <> told.amount
