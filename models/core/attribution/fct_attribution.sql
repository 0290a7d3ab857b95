-- Grain: model, sale_id, touch_id.
-- One sale, one attribution model and one touch that the model gives credit to.  The credits of a sale add up to one in every
-- model; a sale without a touch within the lookback gives all of it to (none).
with sales as (
    select * from {{ ref('fct_sales') }}
),

touches as (
    select
        sales.sale_id,
        touches.touch_id,
        touches.touched_at,
        touches.channel,
        touches.campaign,
        touches.is_direct,
        {{ seconds_between('touches.touched_at', 'sales.decided_at') }} / 86400.0 as days_before,
        row_number() over (partition by sales.sale_id order by touches.touched_at, touches.touch_id) as place,
        row_number() over (partition by sales.sale_id order by touches.touched_at desc, touches.touch_id desc) as place_from_end,
        row_number() over (
            partition by sales.sale_id order by touches.is_direct asc, touches.touched_at desc, touches.touch_id desc
        ) as non_direct_place,
        count(*) over (partition by sales.sale_id) as touches
    from sales
    inner join {{ ref('int_record_people') }} as people
        on coalesce('d:' || sales.deal_id, 'o:' || sales.order_id) = people.record
    inner join {{ ref('int_touches') }} as touches
        on people.customer_key = touches.customer_key
        and touches.touched_at <= sales.decided_at
        and touches.touched_at >= {{ add_seconds('sales.decided_at', '-86400 * ' ~ var('attribution_lookback_days')) }}
),

weights as (
    select 'first_touch' as model, touches.*, {{ flag('place = 1') }} * 1.0 as weight from touches
    union all
    select 'last_touch', touches.*, {{ flag('place_from_end = 1') }} * 1.0 from touches
    union all
    select 'last_non_direct', touches.*, {{ flag('non_direct_place = 1') }} * 1.0 from touches
    union all
    select 'linear', touches.*, 1.0 from touches
    union all
    select
        'position_based',
        touches.*,
        case
            when touches <= 2 then 1.0
            when place = 1 or place_from_end = 1 then {{ var('position_based_end_weight') }}
            else (1.0 - 2 * {{ var('position_based_end_weight') }}) / (touches - 2)
        end
    from touches
    union all
    select 'time_decay', touches.*, power(0.5, days_before / {{ var('time_decay_half_life_days') }}) from touches
),

shares as (
    select
        model,
        sale_id,
        touch_id,
        channel,
        campaign,
        place,
        cast(weight as double) / sum(cast(weight as double)) over (partition by model, sale_id) as credit
    from weights
    where weight > 0
),

untouched as (
    select models.model, sales.sale_id
    from sales
    cross join {{ ref('seed_attribution_models') }} as models
    left join (select distinct sale_id from touches) as touched on sales.sale_id = touched.sale_id
    where touched.sale_id is null
)

select
    model,
    sale_id,
    touch_id,
    channel,
    campaign,
    credit,
    -- the credits up to and with this touch; the last of a sale is exactly one, so that money split by it is conserved
    case
        when row_number() over (partition by model, sale_id order by place desc) = 1 then 1.0
        else sum(credit) over (partition by model, sale_id order by place rows unbounded preceding)
    end as credit_so_far,
    coalesce(lag(running) over (partition by model, sale_id order by place), 0.0) as credit_before
from (
    select
        *,
        sum(credit) over (partition by model, sale_id order by place rows unbounded preceding) as running
    from shares
) as shares

union all

select model, sale_id, null, '(none)', '(none)', 1.0, 1.0, 0.0
from untouched
