-- Grain: model, sale_id, touchpoint_id.
-- One sale, one attribution model and one touch that the model gives credit to.  The credits of a sale add up to one in every
-- model; a sale without a touch within the lookback gives all of it to (none).
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
        {{ seconds_between('touchpoints.touched_at', 'sales.decided_at') }} / 86400.0 as days_before,
        row_number() over (partition by sales.sale_id order by touchpoints.touched_at, touchpoints.touchpoint_id) as row_no,
        row_number() over (partition by sales.sale_id order by touchpoints.touched_at desc, touchpoints.touchpoint_id desc) as place_from_end,
        row_number() over (
            partition by sales.sale_id order by touchpoints.is_direct asc, touchpoints.touched_at desc, touchpoints.touchpoint_id desc
        ) as non_direct_place,
        count(*) over (partition by sales.sale_id) as touchpoints
    from sales
    inner join {{ ref('int_record_people') }} as people
        on coalesce('d:' || sales.deal_id, 'o:' || sales.order_id) = people.record
    inner join {{ ref('int_touchpoints') }} as touchpoints
        on people.customer_key = touchpoints.customer_key
        and touchpoints.touched_at <= sales.decided_at
        and touchpoints.touched_at >= {{ add_seconds('sales.decided_at', '-86400 * ' ~ var('attribution_lookback_days')) }}
),

weights as (
    select 'first_touch' as model, touchpoints.*, {{ flag('row_no = 1') }} * 1.0 as weight from touchpoints
    union all
    select 'last_touch', touchpoints.*, {{ flag('place_from_end = 1') }} * 1.0 from touchpoints
    union all
    select 'last_non_direct', touchpoints.*, {{ flag('non_direct_place = 1') }} * 1.0 from touchpoints
    union all
    select 'linear', touchpoints.*, 1.0 from touchpoints
    union all
    select
        'position_based',
        touchpoints.*,
        case
            when touchpoints <= 2 then 1.0
            when row_no = 1 or place_from_end = 1 then {{ var('position_based_end_weight') }}
            else (1.0 - 2 * {{ var('position_based_end_weight') }}) / (touchpoints - 2)
        end
    from touchpoints
    union all
    select 'time_decay', touchpoints.*, power(0.5, days_before / {{ var('time_decay_half_life_days') }}) from touchpoints
),

shares as (
    select
        model,
        sale_id,
        touchpoint_id,
        channel,
        campaign,
        row_no,
        cast(weight as double) / sum(cast(weight as double)) over (partition by model, sale_id) as credit
    from weights
    where weight > 0
),

untouched as (
    select models.model, sales.sale_id
    from sales
    cross join {{ ref('seed_attribution_models') }} as models
    left join (select distinct sale_id from touchpoints) as touched on sales.sale_id = touched.sale_id
    where touched.sale_id is null
)

select
    model,
    sale_id,
    touchpoint_id,
    channel,
    campaign,
    credit,
    -- the credits up to and with this touch; the last of a sale is exactly one, so that money split by it is conserved
    case
        when row_number() over (partition by model, sale_id order by row_no desc) = 1 then 1.0
        else sum(credit) over (partition by model, sale_id order by row_no rows unbounded preceding)
    end as credit_so_far,
    coalesce(lag(running) over (partition by model, sale_id order by row_no), 0.0) as credit_before
from (
    select
        *,
        sum(credit) over (partition by model, sale_id order by row_no rows unbounded preceding) as running
    from shares
) as shares

union all

select model, sale_id, null, '(none)', '(none)', 1.0, 1.0, 0.0
from untouched
