-- Grain: event_id.
-- One purchase that the site told, in a visit that is known, with the order that its number means (order_id).  A site may call an order by its
-- number or by its id, as the shop writes it, and one side may put letters or noughts in front (ORDER-107, 000107).
{%- set in_front = '^[a-zа-яё]*0*' %}
with orders as (
    select * from {{ ref('orders') }}
),

numbers as (
    select order_id, {{ order_word('order_number') }} as number from orders where order_number is not null
    union
    select order_id, {{ order_word(source_id('order_id')) }} from orders
),

purchases as (
    select event_id, session_id, occurred_at, visitor_id, amount, {{ order_word('order_id') }} as number
    from {{ ref('int_web_goals') }}
    where order_id is not null and session_id is not null
),

alike as (
    select
        purchases.event_id,
        purchases.session_id,
        numbers.order_id,
        purchases.number = numbers.number as is_same_number,
        {{ remove_pattern('purchases.number', in_front) }} <> ''
        and ({{ matches('purchases.number', '^[0-9]') }} or {{ matches('numbers.number', '^[0-9]') }}) as is_number_with_more_in_front,
        coalesce(orders.web_client_id = purchases.visitor_id, false) as is_same_browser,
        coalesce(orders.amount = purchases.amount, false) as is_same_amount,
        abs({{ seconds_between('orders.created_at', 'purchases.occurred_at') }}) as seconds_apart
    from purchases
    inner join numbers on {{ remove_pattern('purchases.number', in_front) }} = {{ remove_pattern('numbers.number', in_front) }}
    inner join orders on numbers.order_id = orders.order_id
    where purchases.number <> ''
),

-- Numbers come again, in another shop or another year: the order of the same browser, of the same sum, nearest in time is meant.  A number with
-- more in front is the order's if its browser or its sum says so too.
ranked as (
    select
        *,
        row_number() over (
            partition by event_id
            order by
                {{ flag('is_same_number') }} desc, {{ flag('is_same_browser') }} desc, {{ flag('is_same_amount') }} desc,
                seconds_apart asc, order_id asc
        ) as row_no
    from alike
    where
        seconds_apart <= 86400 * {{ var('purchase_of_order_days') }}
        and (is_same_number or (is_number_with_more_in_front and (is_same_browser or is_same_amount)))
)

select event_id, session_id, order_id, seconds_apart
from ranked
where row_no = 1
