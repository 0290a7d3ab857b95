-- Grain: one purchase sent in one visit.
with visits as (
    select * from {{ ref('base_yandex_metrica__visits') }} where row_status = 'accepted'
),

sent as (
    {{ unnest_arrays(
        'visits',
        keep=['session_id', 'counter_id', 'web_client_id', 'started_at', 'loaded_at'],
        arrays={
            'purchase_id': 'purchase_ids',
            'purchase_time': 'purchase_times',
            'revenue': 'purchase_revenues',
            'currency': 'purchase_currencies'
        }
    ) | indent(4) }}
),

purchases as (
    select
        concat_ws('-', session_id, 'purchase', position) as event_id,
        session_id,
        counter_id,
        web_client_id,
        coalesce({{ read_timestamp(read_something('purchase_time')) }}, started_at) as occurred_at,
        {{ read_text('purchase_id') }} as order_id,
        {{ read_money(read_something('revenue')) }} as amount,
        {{ read_text('currency') }} as currency,
        loaded_at
    from sent
)

-- a page that is loaded again sends its order again: the first time counts
select
    *,
    order_id is not null and row_number() over (partition by counter_id, order_id order by occurred_at, event_id) > 1 as is_repeat
from purchases
