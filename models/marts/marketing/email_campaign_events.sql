-- Grain: one e-mail campaign, on the day it was sent: letters delivered, opened and clicked at least once.  Of each, events count
-- where the campaign has any; else the campaign's own total does.
with campaigns as (
    select * from {{ ref('email_campaigns') }}
),

events as (
    select
        campaign_id,
        event,
        coalesce(customer_id, {{ normal_email('email') }}, email, event_id) as recipient,
        occurred_at
    from {{ ref('email_events') }}
    where occurred_at < {{ cutoff() }}
),

counted as (
    select
        campaign_id,
        min(occurred_at) as first_event_at,
        count(distinct case when event = 'delivered' then recipient end) as delivered,
        count(distinct case when event = 'opened' then recipient end) as opened,
        count(distinct case when event = 'clicked' then recipient end) as clicked
    from events
    group by campaign_id
),

joined as (
    select
        coalesce(campaigns.campaign_id, counted.campaign_id) as campaign_id,
        campaigns.name,
        coalesce(campaigns.sent_at, counted.first_event_at) as sent_at,
        coalesce(nullif(counted.delivered, 0), campaigns.delivered, 0) as delivered,
        coalesce(nullif(counted.opened, 0), campaigns.opened_unique, 0) as opened,
        coalesce(nullif(counted.clicked, 0), campaigns.clicked_unique, 0) as clicked
    from campaigns
    full outer join counted on campaigns.campaign_id = counted.campaign_id
)

select
    {{ local_date('sent_at') }} as event_date,
    campaign_id as email_campaign,
    coalesce(name, campaign_id) as email_campaign_name,
    delivered as letters_delivered,
    opened as letters_opened,
    clicked as letters_clicked
from joined
where sent_at < {{ cutoff() }}
