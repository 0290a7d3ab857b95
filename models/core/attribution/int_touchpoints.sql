-- Grain: touchpoint_id.
-- One touch of a known person or company: a visit, what a lead, deal or order tells of its own origin, an e-mail clicked, a call
-- received.
with touchpoints as (
    select concat('visit:', session_id) as touchpoint_id, 'visit' as kind, customer_key, started_at as touched_at, channel, campaign
    from {{ ref('fct_web_sessions') }}
    -- who comes back from the page of a bank goes on with the visit before
    where customer_key is not null and not is_return
    union all
    select concat('lead:', lead_id), 'lead', customer_key, created_at, channel, campaign
    from {{ ref('fct_leads') }}
    union all
    select
        -- a deal entered after its win was known by its marks before it
        concat('deal:', deals.deal_id), 'deal', deals.customer_key, least(deals.created_at, coalesce(deals.won_at, deals.created_at)),
        deals.channel, deals.campaign
    from {{ ref('fct_deals') }} as deals
    inner join {{ ref('int_marks') }} as own on concat('d:', deals.deal_id) = own.record
    -- a deal that brings no mark of its own repeats the touch of its lead or its order
    where own.has_marks or own.source_name is not null
    union all
    select
        concat('order:', orders.order_id), 'order', clusters.customer_key, least(orders.created_at, coalesce(orders.paid_at, orders.created_at)),
        record_channels.channel, record_channels.campaign
    from {{ ref('orders') }} as orders
    inner join {{ ref('int_record_customers') }} as clusters on concat('o:', orders.order_id) = clusters.record
    inner join {{ ref('int_record_channels') }} as record_channels on concat('o:', orders.order_id) = record_channels.record
    inner join {{ ref('int_marks') }} as own on concat('o:', orders.order_id) = own.record
    -- one that has the marks of its visit repeats the visit's touch
    where own.has_marks
    union all
    select
        concat('letter:', event_id), 'letter', customer_key, occurred_at,
        '{{ var("email_channel") }}', {{ platform_key("'" ~ var('email_channel') ~ "'", 'email_campaign') }}
    from {{ ref('fct_email_events') }}
    where event = 'clicked' and customer_key is not null
    union all
    select contact_id, 'call', customer_key, {{ start_of_told_day('occurred_at') }}, '{{ var("call_channel") }}', '(none)'
    from {{ ref('int_contacts') }}
    where kind = 'call' and direction = 'in' and customer_key is not null
)

select
    touchpoints.touchpoint_id,
    touchpoints.kind,
    touchpoints.customer_key,
    touchpoints.touched_at,
    touchpoints.channel,
    touchpoints.campaign,
    coalesce(channels.is_direct, false) as is_direct
from touchpoints
left join {{ ref('dim_channels') }} as channels on touchpoints.channel = channels.channel
where touchpoints.channel <> '{{ var("unknown_member") }}' and touchpoints.touched_at < {{ cutoff() }}
