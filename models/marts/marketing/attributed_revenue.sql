-- Grain: model, event, event_id, touchpoint_id.
-- One sale or refund, one attribution model and one touch with credit for the sale: its part of the money.  The parts add up to
-- the revenue to the last kopeck in every model.
with money as (
    select
        event_date,
        event,
        event_id,
        sale_id,
        sum(revenue) as revenue,
        sum(costed_revenue) as costed_revenue,
        sum(gross_profit) as gross_profit
    from {{ ref('sales_events') }}
    group by event_date, event, event_id, sale_id
),

credits as (
    select * from {{ ref('fct_attribution') }}
),

-- a refund of an order that nobody knows has no touchpoints either
credited as (
    select
        money.*, credits.model, credits.touchpoint_id, credits.channel, credits.campaign, credits.credit, credits.credit_before,
        credits.credit_so_far
    from money
    inner join credits on money.sale_id = credits.sale_id
    union all
    select money.*, models.model, null, '(none)', '(none)', 1.0, 0.0, 1.0
    from money
    cross join {{ ref('seed_attribution_models') }} as models
    left join {{ ref('fct_sales') }} as sales on money.sale_id = sales.sale_id
    where sales.sale_id is null
)

select
    credited.model,
    credited.event_date,
    credited.event,
    credited.event_id,
    credited.sale_id,
    credited.touchpoint_id,
    credited.channel,
    credited.campaign,
    coalesce(channels.is_paid, false) as is_paid,
    not coalesce(channels.is_direct, false) as is_marketing,
    credited.credit,
    case when credited.event = 'sale' then credited.credit else 0 end as sales_attributed,
    case when credited.event = 'sale' and touches.sale_id is not null then credited.credit else 0 end as sales_touched,
    case when credited.event = 'sale' then credited.credit * coalesce(touches.touchpoints, 0) else 0 end as sale_touches,
    case when credited.event = 'sale' then credited.credit * coalesce(touches.days_to_sale, 0) else 0 end as sale_days,
    case when credited.event = 'sale' and sales.customer_sale_no = 1 then credited.credit else 0 end as new_customers,
    {{ credited_part('credited.revenue', 'credited') }} as revenue_attributed,
    case when credited.touchpoint_id is not null then {{ credited_part('credited.revenue', 'credited') }} else 0 end as revenue_touched,
    case when sales.customer_sale_no = 1 then {{ credited_part('credited.revenue', 'credited') }} else 0 end as new_customer_revenue,
    {{ credited_part('credited.costed_revenue', 'credited') }} as costed_revenue,
    {{ credited_part('credited.gross_profit', 'credited') }} as gross_profit
from credited
left join {{ ref('fct_sales') }} as sales on credited.sale_id = sales.sale_id
left join {{ ref('int_sale_touchpoints') }} as touches
    on credited.sale_id = touches.sale_id and credited.touchpoint_id = touches.touchpoint_id
left join {{ ref('dim_channels') }} as channels on credited.channel = channels.channel
