-- Grain: event_date, event, customer_key.
-- One change of the customer base on its day: a customer becomes active or stops being so, buys for the first time, or adds to the
-- revenue (a refund takes from it).
with buyers as (
    select * from {{ ref('buyers') }}
),

spans as (
    select * from {{ ref('int_customer_spans') }} where dimension = 'all'
),

revenue as (
    select
        known_customer_key as customer_key,
        event_date,
        cast(sum(revenue) as decimal(18, 2)) as revenue,
        cast(sum(costed_revenue) as decimal(18, 2)) as costed_revenue,
        cast(sum(gross_profit) as decimal(18, 2)) as gross_profit
    from {{ ref('sales_events') }}
    where known_customer_key is not null
    group by known_customer_key, event_date
),

events as (
    select
        active_from as event_date, 'active' as event, customer_key, cast(null as date) as next_active_from,
        1 as customers_active, 0 as customers_to_date, 0 as revenue_to_date, 0 as costed_revenue_to_date, 0 as gross_profit_to_date
    from spans
    union all
    select active_until, 'inactive', customer_key, next_active_from, -1, 0, 0, 0, 0
    from spans
    where active_until < {{ as_of() }}
    union all
    select first_sale_on, 'first sale', customer_key, null, 0, 1, 0, 0, 0
    from buyers
    where first_sale_on is not null
    union all
    select event_date, 'revenue', customer_key, null, 0, 0, revenue, costed_revenue, gross_profit
    from revenue
)

select
    events.event_date,
    events.event,
    events.customer_key,
    buyers.channel,
    buyers.region,
    buyers.customer_segment,
    cast(buyers.cohort_month as {{ dbt.type_string() }}) as cohort,
    {{ flag("event = 'inactive' and next_active_from is null") }} as customers_left,
    case when event = 'inactive' and next_active_from is null then buyers.lifetime_days else 0 end as lifetime_days,
    events.customers_active,
    events.customers_to_date,
    events.revenue_to_date,
    events.costed_revenue_to_date,
    events.gross_profit_to_date
from events
inner join buyers on events.customer_key = buyers.customer_key
