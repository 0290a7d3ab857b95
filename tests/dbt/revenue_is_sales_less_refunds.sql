-- Proves that revenue is every sale and every refund, each once and whole: no line lost, none counted twice.
with facts as (
    select sale_id as event_id, 'sale' as event, sold_on as event_date, coalesce(amount_base, 0) as amount from {{ ref('fct_sales') }}
    union all
    select refund_id, 'refund', refunded_on, -coalesce(amount_base, 0) from {{ ref('fct_refunds') }}
),

events as (
    select event_id, event, event_date, sum(revenue) as amount
    from {{ ref('sales_events') }}
    group by event_id, event, event_date
)

select
    coalesce(facts.event, events.event) as event,
    coalesce(facts.event_id, events.event_id) as event_id,
    facts.amount,
    events.amount as revenue
from facts
full outer join events
    on facts.event_id = events.event_id and facts.event = events.event and facts.event_date = events.event_date
where facts.amount is null or events.amount is null or facts.amount <> events.amount
