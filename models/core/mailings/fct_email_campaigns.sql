-- Grain: email_campaign.
-- One mailing sent before the as-of day with what its system tells of it as a whole, and one for each mailing that only events name: of
-- the day of its first event.
with named as (
    select email_campaign, min(occurred_at) as first_event_at from {{ ref('fct_email_events') }} group by email_campaign
),

campaigns as (
    select
        coalesce(campaigns.campaign_id, named.email_campaign) as email_campaign,
        campaigns.name,
        coalesce(campaigns.sent_at, named.first_event_at) as sent_at,
        campaigns.sent,
        campaigns.delivered,
        campaigns.opened_unique,
        campaigns.clicked_unique,
        campaigns.unsubscribed,
        campaigns.bounced
    from {{ ref('email_campaigns') }} as campaigns
    full outer join named on campaigns.campaign_id = named.email_campaign
)

select
    email_campaign,
    coalesce(name, {{ source_id('email_campaign') }}) as email_campaign_name,
    sent_at,
    {{ local_date('sent_at') }} as sent_on,
    sent,
    delivered,
    opened_unique,
    clicked_unique,
    unsubscribed,
    bounced
from campaigns
where sent_at < {{ cutoff() }}
