-- Grain: event_id.
-- One product put into a cart before the as-of day, with whether its cart was bought in time.  A cart is known by its id or, where
-- there is none, by its visitor.
with added as (
    select * from {{ ref('fct_web_events') }} where event = 'add_to_cart'
),

-- a purchase that the site told, or an order of the cart that was paid
purchases as (
    select cart_id, visitor, {{ end_of_told_day('occurred_at') }} as occurred_at from {{ ref('fct_web_events') }} where event = 'purchase'
    union all
    select cart_id, web_client_id, {{ end_of_told_day('created_at') }} from {{ ref('int_paid_orders') }} where cart_id is not null
),

-- by the cart's id where both sides have one, else by the visitor
bought as (
    select added.event_id, added.occurred_at, purchases.occurred_at as bought_at
    from added
    inner join purchases on added.cart_id = purchases.cart_id
    union all
    select added.event_id, added.occurred_at, purchases.occurred_at as bought_at
    from added
    inner join purchases on added.visitor = purchases.visitor
    where added.cart_id is null or purchases.cart_id is null
),

bought_in_time as (
    select distinct event_id
    from bought
    where bought_at >= occurred_at and {{ start_of_told_day('bought_at') }} <= {{ add_seconds('occurred_at', var('cart_window_hours') * 3600) }}
)

select
    added.occurred_on as event_date,
    added.event_id,
    coalesce(added.cart_id, added.visitor) as cart,
    case when bought_in_time.event_id is not null then coalesce(added.cart_id, added.visitor) end as bought_cart,
    case
        when bought_in_time.event_id is null and {{ add_seconds('added.occurred_at', var('cart_window_hours') * 3600) }} > {{ cutoff() }}
            then coalesce(added.cart_id, added.visitor)
    end as open_cart,
    added.channel,
    added.device,
    added.product_group
from added
left join bought_in_time on added.event_id = bought_in_time.event_id
