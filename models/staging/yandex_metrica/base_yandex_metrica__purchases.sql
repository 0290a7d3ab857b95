-- Grain: event_id.
-- One purchase sent in one visit.
with visits as (
    select * from {{ ref('base_yandex_metrica__visits') }} where row_status = 'accepted'
),

sent as (
    {{ unnest_arrays(
        'visits',
        keep=['session_id', 'counter_id', 'web_client_id', 'started_at', 'is_robot', 'loaded_at'],
        arrays={
            'purchase_id': 'purchase_ids',
            'purchase_time': 'purchase_times',
            'revenue': 'purchase_revenues',
            'currency': 'purchase_currencies'
        }
    ) | indent(4) }}
),

spelled as (
    select
        *,
        {{ iso_moment('purchase_time') }} as iso_purchase_time,
        {{ clean_text('purchase_id') }} as clean_order_id,
        {{ clean_text('revenue') }} as clean_revenue,
        {{ clean_text('currency') }} as clean_currency
    from sent
),

purchases as (
    select
        concat_ws('-', session_id, 'purchase', position) as event_id,
        session_id,
        counter_id,
        web_client_id,
        coalesce({{ read_timestamp('iso_purchase_time') }}, started_at) as occurred_at,
        {{ read_ref('clean_order_id') }} as order_id,
        {{ read_money('clean_revenue') }} as amount,
        clean_currency as currency,
        is_robot,
        loaded_at
    from spelled
)

-- a page that is loaded again sends its order again: the first time counts
select
    *,
    order_id is not null and row_number() over (
        partition by counter_id, order_id, coalesce(is_robot, false) order by occurred_at, event_id
    ) > 1 as is_repeat
from purchases
