-- Grain: event_id.
-- One goal reached in one visit.
with visits as (
    select * from {{ ref('base_yandex_metrica__visits') }} where row_status = 'accepted'
),

reached as (
    {{ unnest_arrays(
        'visits',
        keep=['session_id', 'counter_id', 'web_client_id', 'started_at', 'is_robot', 'loaded_at'],
        arrays={
            'goal_id': 'goal_ids',
            'goal_time': 'goal_times',
            'price': 'goal_prices',
            'order_id': 'goal_orders',
            'currency': 'goal_currencies'
        }
    ) | indent(4) }}
),

spelled as (
    select
        *,
        {{ iso_moment('goal_time') }} as iso_goal_time,
        {{ clean_text('price') }} as clean_price,
        {{ clean_text('currency') }} as clean_currency,
        {{ clean_text('order_id') }} as clean_order_id
    from reached
),

goals as (
    select * from {{ ref('base_yandex_metrica__goals') }} where row_status = 'accepted'
)

select
    concat_ws('-', reached.session_id, 'goal', reached.position) as event_id,
    reached.session_id,
    reached.counter_id,
    reached.web_client_id,
    -- goals are stamped in UTC+3 whatever the zone of the counter
    coalesce({{ read_timestamp('reached.iso_goal_time', 'Etc/GMT-3') }}, reached.started_at) as occurred_at,
    coalesce(goals.name, reached.goal_id) as goal,
    nullif({{ read_money('reached.clean_price') }}, 0) as amount,
    reached.clean_currency as currency,
    {{ read_ref('reached.clean_order_id') }} as order_id,
    reached.is_robot,
    reached.loaded_at
from spelled as reached
left join goals on reached.goal_id = goals.goal_id
