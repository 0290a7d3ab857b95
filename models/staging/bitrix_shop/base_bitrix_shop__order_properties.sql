-- Grain: order_id.
-- One order that has properties, each property in a column of its own.
{% set codes = [
    'utm_source', 'utm_medium', 'utm_campaign', 'landing_page', 'yclid', 'gclid', 'ym_client_id', 'email', 'phone', 'region', 'point_of_sale', 'cart_id'
] %}
with latest as (
    select
        order_id,
        code,
        case when code like 'utm%' then {{ clean_text(decoded_mark('value')) }} else value end as value,
        row_number() over (partition by order_id, code order by property_id desc) as recency
    from {{ ref('base_bitrix_shop__sale_property_value') }}
    where row_status = 'accepted' and value is not null
)

select
    order_id,
    {%- for code in codes %}
    max(case when code = '{{ code }}' then value end) as {{ code }}{{ ',' if not loop.last }}
    {%- endfor %}
from latest
where recency = 1
group by order_id
