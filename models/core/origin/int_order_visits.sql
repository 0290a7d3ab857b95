-- Grain: order_id.
-- One order that was made in a visit of the site that is known: the visit that it names, else the one in which the site told a purchase
-- with its number, else the one that its browser was in at that moment.
with orders as (
    select * from {{ ref('orders') }}
),

visits as (
    select * from {{ ref('web_sessions') }}
),

-- a site may call an order by its number or by its id, as the shop writes it
numbers as (
    select order_id, {{ order_word('order_number') }} as number from orders where order_number is not null
    union
    select order_id, {{ order_word(source_id('order_id')) }} from orders
),

told as (
    select event_id, session_id, occurred_at, visitor_id, amount, {{ order_word('order_id') }} as number
    from {{ ref('int_web_goals') }}
    where order_id is not null and session_id is not null
),

-- numbers come again, in another shop or another year: the order of the same browser, of the same sum, nearest in time is meant
meant as (
    select
        orders.order_id,
        told.session_id,
        abs({{ seconds_between('orders.created_at', 'told.occurred_at') }}) as seconds_apart,
        row_number() over (
            partition by told.event_id
            order by
                case when orders.web_client_id = told.visitor_id then 0 else 1 end, case when orders.amount = told.amount then 0 else 1 end,
                abs({{ seconds_between('orders.created_at', 'told.occurred_at') }}), orders.order_id
        ) as row_no
    from told
    inner join numbers on told.number = numbers.number and told.number <> ''
    inner join orders on numbers.order_id = orders.order_id
    where abs({{ seconds_between('orders.created_at', 'told.occurred_at') }}) <= 86400 * {{ var('purchase_of_order_days') }}
),

known as (
    select orders.order_id, visits.session_id, 1 as priority, 0.0 as seconds_apart
    from orders
    inner join visits on orders.visit_id = visits.session_id
    union all
    select order_id, session_id, 2, seconds_apart from meant where row_no = 1
    union all
    select orders.order_id, visits.session_id, 3, {{ seconds_between('visits.started_at', 'orders.created_at') }}
    from orders
    inner join visits
        on orders.web_client_id = visits.web_client_id
        and orders.created_at >= visits.started_at
        and {{ seconds_between('visits.started_at', 'orders.created_at') }}
        <= coalesce(visits.duration_seconds, 0) + 60 * {{ var('order_after_visit_minutes') }}
),

ranked as (
    select
        *,
        row_number() over (partition by order_id order by priority, seconds_apart, session_id) as row_no
    from known
)

select order_id, session_id
from ranked
where row_no = 1
