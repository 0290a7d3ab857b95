-- Grain: property_id, event_id, item_no.
-- One product of one accepted event.
with products as (
    select
        events.property_id,
        events.event_id,
        {{ ga4_item('item') }} as product
    from {{ ref('base_ga4__events') }} as events
    {{ unnest_json(ga4_list('items'), 'item') }}
    where events.row_status = 'accepted'
),

cleaned as (
    select
        property_id,
        event_id,
        {%- for name in ['item_id', 'item_category', 'quantity', 'price', 'item_revenue'] %}
        {{ clean_text(json_value('product', '$.' ~ name)) }} as {{ name }},
        {%- endfor %}
        row_number() over (partition by property_id, event_id order by product) as item_no
    from products
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
