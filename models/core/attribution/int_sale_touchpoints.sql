-- Grain: sale_id, touchpoint_id.
-- One touch that a sale may be credited to: of one of its people, from the look-back before its opening until it was decided.
with sales as (
    select * from {{ ref('fct_sales') }}
),

touchpoints as (
    select
        sales.sale_id,
        touchpoints.touchpoint_id,
        touchpoints.touched_at,
        touchpoints.channel,
        touchpoints.campaign,
        touchpoints.is_direct,
        {{ seconds_between('touchpoints.touched_at', 'sales.decided_at') }} / 86400.0 as days_before
    from sales
    inner join {{ ref('int_record_people') }} as people
        on coalesce('d:' || sales.deal_id, 'o:' || sales.order_id) = people.record
    inner join {{ ref('int_touchpoints') }} as touchpoints
        on people.customer_key = touchpoints.customer_key
        and touchpoints.touched_at <= sales.decided_at
        and touchpoints.touched_at >= {{ add_seconds('sales.opened_at', '-86400 * ' ~ var('attribution_lookback_days')) }}
)

select
    sale_id,
    touchpoint_id,
    {{ local_date('touched_at') }} as touched_on,
    channel,
    campaign,
    days_before,
    max(days_before) over (partition by sale_id) as days_to_sale,
    row_number() over (partition by sale_id order by touched_at, touchpoint_id) as row_no,
    row_number() over (partition by sale_id order by is_direct asc, touched_at desc, touchpoint_id desc) as non_direct_place,
    count(*) over (partition by sale_id) as touchpoints
from touchpoints
