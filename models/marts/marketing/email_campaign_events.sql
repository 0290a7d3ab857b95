-- Grain: email_campaign.
-- One e-mail campaign, on the day it was sent: e-mails delivered, opened and clicked at least once.  Of each, events count
-- where the campaign has any; else the campaign's own total does.  What neither tells is empty.
with counted as (
    select
        email_campaign,
        count(distinct case when event = 'delivered' then recipient end) as delivered,
        count(distinct case when event = 'opened' then recipient end) as opened,
        count(distinct case when event = 'clicked' then recipient end) as clicked
    from {{ ref('fct_email_events') }}
    group by email_campaign
),

told as (
    select
        campaigns.sent_on,
        campaigns.email_campaign,
        campaigns.email_campaign_name,
        coalesce(nullif(counted.delivered, 0), campaigns.delivered, 0) as delivered,
        coalesce(nullif(counted.opened, 0), campaigns.opened_unique, counted.opened) as opened,
        coalesce(nullif(counted.clicked, 0), campaigns.clicked_unique, counted.clicked) as clicked
    from {{ ref('fct_email_campaigns') }} as campaigns
    left join counted on campaigns.email_campaign = counted.email_campaign
)

select
    sent_on as event_date,
    email_campaign,
    email_campaign_name,
    delivered as emails_delivered,
    opened as emails_opened,
    clicked as emails_clicked,
    case when opened is not null then delivered else 0 end as emails_with_opens,
    case when clicked is not null then delivered else 0 end as emails_with_clicks
from told
