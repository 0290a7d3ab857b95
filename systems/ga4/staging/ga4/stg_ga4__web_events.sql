-- Grain: source_account, event_id.
-- One event of a visit: an order bought, a goal reached, or a product looked at, put into the cart or taken out of it.
{% set text = dbt.type_string() %}
with events as (
    select
        *,
        case event_name
            {%- for name, event in var('ga4_events').items() %}
            when '{{ name }}' then '{{ event }}'
            {%- endfor %}
        end as event
    from {{ ref('base_ga4__events') }}
    where row_status = 'accepted'
),

-- a page that is loaded again sends its order again: the first time counts.  Shops number their orders anew each year.
told as (
    select
        *,
        row_number() over (
            partition by property_id, event, order_id, extract(year from {{ local_date('occurred_at') }}) order by occurred_at, event_id
        ) as order_no
    from events
    where event is not null and event <> 'page_view'
),

kept as (
    select * from told where event <> 'purchase' or order_id is null or order_no = 1
),

with_products as (
    select
        kept.*,
        items.item_no,
        items.product_id,
        items.product_group,
        items.quantity,
        items.amount as item_amount
    from kept
    left join {{ ref('base_ga4__items') }} as items
        on coalesce(kept.property_id, '') = coalesce(items.property_id, '')
        and kept.event_id = items.event_id
        and kept.event not in ('purchase', 'goal')
)

select
    'ga4' as source_system,
    property_id as source_account,
    concat_ws('-', event_id, cast(item_no as {{ text }})) as event_id,
    occurred_at,
    web_client_id,
    session_id,
    event,
    case when event = 'goal' then event_name end as goal,
    product_id,
    product_group,
    quantity,
    case when event in ('purchase', 'goal') then amount else item_amount end as amount,
    currency,
    case when event in ('purchase', 'goal') then order_id end as order_id,
    cast(null as {{ text }}) as cart_id,
    false as is_robot,
    loaded_at,
    row_status
from with_products
