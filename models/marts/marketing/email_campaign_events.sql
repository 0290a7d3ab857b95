-- Grain: email_campaign.
-- One e-mail campaign, on the day it was sent: e-mails delivered, opened and clicked at least once.  Of each, events count
-- where the campaign has any; else the campaign's own total does.  What neither tells is empty.
with campaigns as (
    select * from {{ ref('email_campaigns') }}
),

events as (
    select
        events.campaign_id,
        events.event,
        coalesce(events.customer_id, emails.identifier, events.email, events.event_id) as recipient,
        events.occurred_at
    from {{ ref('email_events') }} as events
    left join {{ ref('int_contact_values') }} as emails on emails.kind = 'email' and events.email = emails.cell and emails.contact_no = 1
    where events.occurred_at < {{ cutoff() }}
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
        coalesce(nullif(counted.opened, 0), campaigns.opened_unique, counted.opened) as opened,
        coalesce(nullif(counted.clicked, 0), campaigns.clicked_unique, counted.clicked) as clicked
    from campaigns
    full outer join counted on campaigns.campaign_id = counted.campaign_id
)

select
    {{ local_date('sent_at') }} as event_date,
    campaign_id as email_campaign,
    coalesce(name, {{ source_id('campaign_id') }}) as email_campaign_name,
    delivered as emails_delivered,
    opened as emails_opened,
    clicked as emails_clicked,
    case when opened is not null then delivered else 0 end as emails_with_opens,
    case when clicked is not null then delivered else 0 end as emails_with_clicks
from joined
where sent_at < {{ cutoff() }}
