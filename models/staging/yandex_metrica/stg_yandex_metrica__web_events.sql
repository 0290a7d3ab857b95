-- Grain: source_account, event_id.
-- One event of a visit: a goal reached, an order bought, or a product looked at, put into the cart or taken out of it.
{% set text = dbt.type_string() %}
with events as (
    select
        event_id, counter_id, session_id, web_client_id, occurred_at, 'goal' as event, goal, cast(null as {{ text }}) as product_id,
        cast(null as {{ text }}) as product_group, cast(null as double) as quantity, amount, currency, order_id, is_robot,
        loaded_at
    from {{ ref('base_yandex_metrica__goal_events') }}

    union all

    select
        event_id, counter_id, session_id, web_client_id, occurred_at, 'purchase', null, null, null, null, amount, currency, order_id, is_robot,
        loaded_at
    from {{ ref('base_yandex_metrica__purchases') }}
    where not is_repeat

    union all

    select
        event_id, counter_id, session_id, web_client_id, occurred_at, event, null, product_id, product_group, quantity, amount, currency, null,
        is_robot, loaded_at
    from {{ ref('base_yandex_metrica__product_events') }}
    where event <> 'ignored'
)

select
    'yandex_metrica' as source_system,
    counter_id as source_account,
    event_id,
    occurred_at,
    web_client_id,
    session_id,
    event,
    goal,
    product_id,
    product_group,
    quantity,
    amount,
    currency,
    order_id,
    cast(null as {{ text }}) as cart_id,
    is_robot,
    loaded_at,
    'accepted' as row_status
from events
