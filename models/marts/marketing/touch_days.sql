-- Grain: model, touched_on, channel, window_days.
-- One attribution model, day of touches, channel and window (var attribution_windows): what sales decided within so many days of the touches
-- brought; without a window, whenever they were decided. What has no touch stands on the day of its sale, in each of them.
with windows as (
    select cast(null as integer) as window_days
    {%- for days in var('attribution_windows') %}
    union all
    select {{ days }}
    {%- endfor %}
),

money as (
    select
        attributed.model,
        attributed.channel,
        coalesce(touches.touched_on, sales.sold_on, attributed.event_date) as touched_on,
        coalesce(touches.days_before, 0) as days_before,
        attributed.sales_attributed,
        attributed.new_customers,
        attributed.revenue_attributed
    from {{ ref('attributed_revenue') }} as attributed
    left join {{ ref('int_sale_touchpoints') }} as touches
        on attributed.sale_id = touches.sale_id and attributed.touchpoint_id = touches.touchpoint_id
    left join {{ ref('fct_sales') }} as sales on attributed.sale_id = sales.sale_id
)

select
    money.model,
    money.touched_on,
    money.channel,
    cast(windows.window_days as bigint) as window_days,
    coalesce({{ dbt.dateadd('day', 'windows.window_days', 'money.touched_on') }} < {{ as_of() }}, false) as is_ripe,
    -- credits are parts of one, and the order in which they are added must not show
    round(sum(money.sales_attributed), 9) as sales_attributed,
    round(sum(money.new_customers), 9) as new_customers,
    cast(sum(money.revenue_attributed) as decimal(18, 2)) as revenue_attributed
from money
inner join windows on windows.window_days is null or money.days_before <= windows.window_days
group by money.model, money.touched_on, money.channel, windows.window_days
