-- Grain: event_id.
-- One thing that a visitor did on the site before the as-of day (put a product into a cart, bought, reached a goal …), with the channel and
-- the device of the visit that it names.  A visitor without an id is known by the visit.
select
    events.event_id,
    events.source_system,
    events.event,
    events.goal,
    events.occurred_at,
    {{ local_date('events.occurred_at') }} as occurred_on,
    events.session_id,
    coalesce(events.web_client_id, events.session_id, events.event_id) as visitor,
    {{ known('sessions.channel') }} as channel,
    {{ known('sessions.device') }} as device,
    events.product_id,
    {{ known('coalesce(events.product_group, products.product_group)') }} as product_group,
    events.quantity,
    events.cart_id,
    events.order_id as order_number
from {{ ref('web_events') }} as events
left join {{ ref('fct_web_sessions') }} as sessions on events.session_id = sessions.session_id
left join {{ ref('dim_products') }} as products on events.product_id = products.product_id
where events.occurred_at < {{ cutoff() }}
