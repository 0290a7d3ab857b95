-- Grain: property_id, event_id, item_no.
-- One product of one accepted event.
with items as (
    select
        events.property_id,
        events.event_id,
        {%- for name in ['item_id', 'item_category', 'quantity', 'price', 'item_revenue'] %}
        {{ json_value('item', '$.' ~ name) }} as {{ name }},
        {%- endfor %}
        row_number() over (partition by events.property_id, events.event_id order by item) as item_no
    from {{ ref('base_ga4__events') }} as events
    {{ unnest_json('items', 'item') }}
    where events.row_status = 'accepted'
),

cleaned as (
    select
        property_id,
        event_id,
        item_no,
        {%- for name in ['item_id', 'item_category', 'quantity', 'price', 'item_revenue'] %}
        {{ clean_text(name) }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from items
)

select
    property_id,
    event_id,
    item_no,
    {{ read_ref('item_id') }} as product_id,
    item_category as product_group,
    coalesce({{ read_number('quantity') }}, 1) as quantity,
    coalesce(
        {{ read_money('item_revenue') }},
        {{ try_cast_as(
            'round(' ~ try_cast_as('price', 'decimal(18, 4)') ~ ' * ' ~ 'coalesce(' ~ try_cast_as('quantity', 'decimal(18, 4)') ~ ', 1), 2)',
            'decimal(18, 2)'
        ) }}
    ) as amount
from cleaned
