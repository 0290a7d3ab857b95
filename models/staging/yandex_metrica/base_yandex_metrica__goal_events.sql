-- Grain: one goal reached in one visit.
with visits as (
    select * from {{ ref('base_yandex_metrica__visits') }} where row_status = 'accepted'
),

reached as (
    {{ unnest_arrays(
        'visits',
        keep=['session_id', 'counter_id', 'web_client_id', 'started_at', 'loaded_at'],
        arrays={
            'goal_id': 'goal_ids',
            'goal_time': 'goal_times',
            'price': 'goal_prices',
            'order_id': 'goal_orders',
            'currency': 'goal_currencies'
        }
    ) | indent(4) }}
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
    coalesce({{ read_timestamp(read_something('reached.goal_time'), 'Etc/GMT-3') }}, reached.started_at) as occurred_at,
    coalesce(goals.name, reached.goal_id) as goal,
    nullif({{ read_money(read_something('reached.price')) }}, 0) as amount,
    {{ read_text('reached.currency') }} as currency,
    {{ read_text('reached.order_id') }} as order_id,
    reached.loaded_at
from reached
left join goals on reached.goal_id = goals.goal_id
