-- Grain: one touch of a known person or company: a visit, what a lead, deal or order tells of its own origin, a letter clicked, a call
-- received.
with visits as (
    select concat('visit:', session_id) as touch_id, 'visit' as kind, customer_key, started_at as touched_at, channel, campaign
    from {{ ref('fct_web_sessions') }}
    where customer_key is not null
),

leads as (
    select concat('lead:', lead_id) as touch_id, 'lead' as kind, customer_key, created_at as touched_at, channel, campaign
    from {{ ref('fct_leads') }}
),

deals as (
    select
        concat('deal:', deals.deal_id) as touch_id, 'deal' as kind, deals.customer_key, deals.created_at as touched_at,
        deals.channel, deals.campaign
    from {{ ref('fct_deals') }} as deals
    inner join {{ ref('deals') }} as own on deals.deal_id = own.deal_id
    -- a deal that came from a lead and brings no mark of its own repeats the lead's touch
    where deals.lead_id is null or own.utm_source is not null or own.utm_medium is not null or own.source_name is not null
),

orders as (
    select
        concat('order:', orders.order_id) as touch_id,
        'order' as kind,
        identities.customer_key,
        orders.created_at as touched_at,
        origins.channel,
        origins.campaign
    from {{ ref('orders') }} as orders
    inner join {{ ref('int_record_customers') }} as identities on concat('o:', orders.order_id) = identities.record
    inner join {{ ref('int_origins') }} as origins on concat('o:', orders.order_id) = origins.record
    -- one that has the marks of its visit repeats the visit's touch
    where orders.utm_source is not null or orders.utm_medium is not null
),

letters as (
    select
        concat('letter:', events.event_id) as touch_id, 'letter' as kind, people.customer_key, events.occurred_at as touched_at,
        '{{ var("letter_channel") }}' as channel, events.campaign_id as campaign
    from {{ ref('email_events') }} as events
    inner join {{ ref('int_identifiers') }} as people on {{ identifier_of('events.customer_id', normal_email('events.email')) }} = people.identifier
    where events.event = 'clicked'
),

calls as (
    select
        contacts.contact_id as touch_id, 'call' as kind, people.customer_key, contacts.occurred_at as touched_at,
        '{{ var("call_channel") }}' as channel, '(none)' as campaign
    from {{ ref('int_contacts') }} as contacts
    inner join {{ ref('int_identifiers') }} as people on contacts.identifier = people.identifier
    where contacts.kind = 'call' and contacts.direction = 'in'
),

all_touches as (
    select * from visits
    union all
    select * from leads
    union all
    select * from deals
    union all
    select * from orders
    union all
    select * from letters
    union all
    select * from calls
)

select
    touches.touch_id,
    touches.kind,
    touches.customer_key,
    touches.touched_at,
    touches.channel,
    touches.campaign,
    coalesce(channels.is_direct, false) as is_direct
from all_touches as touches
left join {{ ref('dim_channels') }} as channels on touches.channel = channels.channel
where touches.channel <> '{{ var("unknown_member") }}' and touches.touched_at < {{ cutoff() }}
