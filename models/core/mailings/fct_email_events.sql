-- Grain: event_id.
-- One thing that became of an e-mail of a mailing (delivered, opened, clicked …) before the as-of day, with whose it was: the customer whom it
-- names, else whoever has its address.
with events as (
    select
        events.*,
        coalesce('c:' || events.customer_id, emails.identifier) as identifier
    from {{ ref('email_events') }} as events
    left join {{ ref('int_contact_values') }} as emails on emails.kind = 'email' and events.email = emails.cell and emails.contact_no = 1
    where events.occurred_at < {{ cutoff() }}
)

select
    events.event_id,
    events.source_system,
    events.campaign_id as email_campaign,
    events.event,
    events.occurred_at,
    {{ local_date('events.occurred_at') }} as occurred_on,
    people.customer_key,
    coalesce(events.identifier, {{ contact_identifier('events.email') }}, events.event_id) as recipient
from events
left join {{ ref('int_identity_owners') }} as people on events.identifier = people.identifier
