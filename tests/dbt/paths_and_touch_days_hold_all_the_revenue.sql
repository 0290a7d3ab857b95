-- Proves that the paths hold every kopeck of the revenue, that the touch days do in every attribution model and hold in each window what its days
-- make, that what channels began and ended is what they are credited with for the first and the last touch, and that every touch is on a path.
with attributed as (
    select attributed.*, touches.days_before
    from {{ ref('attributed_revenue') }} as attributed
    left join {{ ref('int_sale_touchpoints') }} as touches
        on attributed.sale_id = touches.sale_id and attributed.touchpoint_id = touches.touchpoint_id
),

windows as (
    select distinct window_days from {{ ref('touch_days') }} where window_days is not null
),

paths as (
    select * from {{ ref('touch_paths') }}
),

owed as (
    select 'paths' as what, 'sold or returned' as who, (select sum(revenue) from {{ ref('sales_events') }}) as amount
    union all
    select 'sales', 'begun', count(*) from {{ ref('fct_sales') }}
    union all
    select 'sales', 'ended', count(*) from {{ ref('fct_sales') }}
    union all
    select 'touch days', models.model, (select sum(revenue) from {{ ref('sales_events') }})
    from {{ ref('seed_attribution_models') }} as models
    union all
    select concat('touch days in ', windows.window_days), attributed.model, sum(attributed.revenue_attributed)
    from attributed
    inner join windows on coalesce(attributed.days_before, 0) <= windows.window_days
    group by windows.window_days, attributed.model
    union all
    select model, channel, sum(revenue_attributed) from attributed where model in ('first_touch', 'last_touch') group by model, channel
    union all
    select 'touches', 'all', count(*) from {{ ref('int_touchpoints') }}
),

held as (
    select 'paths' as what, 'sold or returned' as who, sum(revenue) as amount from paths
    union all
    select 'sales', 'begun', sum(sales_begun) from {{ ref('sale_channels') }}
    union all
    select 'sales', 'ended', sum(sales_ended) from {{ ref('sale_channels') }}
    union all
    select case when window_days is null then 'touch days' else concat('touch days in ', window_days) end, model, sum(revenue_attributed)
    from {{ ref('touch_days') }}
    group by window_days, model
    union all
    select 'first_touch', channel, sum(revenue_begun)
    from {{ ref('sale_channels') }}
    group by channel
    having sum(sales_begun) > 0 or sum(revenue_begun) <> 0
    union all
    select 'last_touch', channel, sum(revenue_ended)
    from {{ ref('sale_channels') }}
    group by channel
    having sum(sales_ended) > 0 or sum(revenue_ended) <> 0
    union all
    select
        'touches', 'all',
        (select count(distinct touchpoint_id) from {{ ref('int_sale_touchpoints') }}) + sum(case when outcome <> 'sold' then touches else 0 end)
    from paths
)

select owed.what, owed.who, owed.amount, held.amount as held_amount
from owed
full outer join held on owed.what = held.what and owed.who = held.who
where coalesce(owed.amount, 0) <> coalesce(held.amount, 0)
