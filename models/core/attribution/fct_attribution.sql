-- Grain: model, sale_id, touchpoint_id.
-- One sale, one attribution model and one touch that the model gives credit to.  The credits of a sale add up to one in every
-- model; a sale without a touch from the look-back before its opening until it was decided gives all of it to (none).
with sales as (
    select * from {{ ref('fct_sales') }}
),

touchpoints as (
    select * from {{ ref('int_sale_touchpoints') }}
),

-- every sale in every model; one without a touch has one all the same, of nobody
weights as (
    select
        models.model,
        sales.sale_id,
        touchpoints.touchpoint_id,
        coalesce(touchpoints.channel, '(none)') as channel,
        coalesce(touchpoints.campaign, '(none)') as campaign,
        touchpoints.row_no,
        cast(case
            when touchpoints.touchpoint_id is null or models.model = 'linear' then 1
            when models.model = 'first_touch' then {{ flag('touchpoints.row_no = 1') }}
            when models.model = 'last_touch' then {{ flag('touchpoints.row_no = touchpoints.touchpoints') }}
            when models.model = 'last_non_direct' then {{ flag('touchpoints.non_direct_place = 1') }}
            when models.model = 'time_decay' then power(0.5, touchpoints.days_before / {{ var('time_decay_half_life_days') }})
            when models.model = 'position_based' then case
                when touchpoints.touchpoints <= 2 then 1
                when touchpoints.row_no in (1, touchpoints.touchpoints) then {{ var('position_based_end_weight') }}
                else (1.0 - 2 * {{ var('position_based_end_weight') }}) / (touchpoints.touchpoints - 2)
            end
        end as double) as weight
    from sales
    cross join {{ ref('seed_attribution_models') }} as models
    left join touchpoints on sales.sale_id = touchpoints.sale_id
),

shares as (
    select *, weight / sum(weight) over (partition by model, sale_id) as credit
    from weights
    where weight > 0
),

running as (
    select
        *,
        row_number() over (partition by model, sale_id order by row_no desc) as place_from_end,
        sum(credit) over (partition by model, sale_id order by row_no rows unbounded preceding) as credit_until
    from shares
)

select
    model,
    sale_id,
    touchpoint_id,
    channel,
    campaign,
    credit,
    -- the credits up to and with this touch; the last of a sale is exactly one, so that money split by it is conserved
    case when place_from_end = 1 then 1.0 else credit_until end as credit_so_far,
    coalesce(lag(credit_until) over (partition by model, sale_id order by row_no), 0.0) as credit_before
from running
