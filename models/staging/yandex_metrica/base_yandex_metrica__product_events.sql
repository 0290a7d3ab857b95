-- Grain: event_id.
-- One thing done with one product in one visit.
with visits as (
    select * from {{ ref('base_yandex_metrica__visits') }} where row_status = 'accepted'
),

done as (
    {{ unnest_arrays(
        'visits',
        keep=['session_id', 'counter_id', 'web_client_id', 'started_at', 'is_robot', 'loaded_at'],
        arrays={
            'event_type': 'product_event_types',
            'event_time': 'product_event_times',
            'product_id': 'product_ids',
            'product_group': 'product_categories',
            'quantity': 'product_quantities',
            'price': 'product_prices',
            'currency': 'product_currencies'
        }
    ) | indent(4) }}
),

spelled as (
    select
        session_id,
        counter_id,
        web_client_id,
        started_at,
        is_robot,
        loaded_at,
        position,
        {{ iso_moment('event_time') }} as event_time,
        {%- for name in ['event_type', 'product_id', 'product_group', 'quantity', 'price', 'currency'] %}
        {{ clean_text(name) }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from done
),

typed as (
    select
        concat_ws('-', session_id, 'product', position) as event_id,
        session_id,
        counter_id,
        web_client_id,
        coalesce({{ read_timestamp('event_time') }}, started_at) as occurred_at,
        {{ read_enum('event_type') }} as event_type,
        {{ read_ref('product_id') }} as product_id,
        product_group,
        {{ read_number('quantity') }} as quantity,
        {{ read_number('price') }} as price,
        currency,
        is_robot,
        loaded_at
    from spelled
)

select
    typed.*,
    coalesce(types.event, typed.event_type) as event,
    {{ try_cast_as(
        'round(cast(typed.price as decimal(18, 4)) * cast(coalesce(typed.quantity, 1) as decimal(18, 4)), 2)', 'decimal(18, 2)'
    ) }} as amount
from typed
left join {{ ref('seed_metrica_event_types') }} as types on typed.event_type = types.code
