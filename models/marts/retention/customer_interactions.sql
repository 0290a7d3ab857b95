-- Grain: interaction_id, customer_key.
-- One interaction that came from a customer himself (a visit, an e-mail opened or clicked, an incoming call or message, a survey
-- answer) and one customer it counts for: himself, and the companies that he is a contact of.
with visits as (
    select concat('visit:', session_id) as interaction_id, 'visit' as kind, started_on as event_date, customer_key
    from {{ ref('fct_web_sessions') }}
    where customer_key is not null
),

by_identifier as (
    select
        concat('letter:', events.event_id) as interaction_id, 'letter' as kind, events.occurred_at,
        coalesce('c:' || events.customer_id, emails.identifier) as identifier
    from {{ ref('email_events') }} as events
    left join {{ ref('int_contact_values') }} as emails on emails.kind = 'email' and events.email = emails.cell and emails.contact_no = 1
    where events.event in ('opened', 'clicked')
    union all
    select contact_id, kind, occurred_at, identifier from {{ ref('int_contacts') }} where direction = 'in'
    union all
    select concat('survey:', response_id), 'survey', answered_at, concat('c:', customer_id) from {{ ref('survey_responses') }}
),

interactions as (
    select interaction_id, kind, event_date, customer_key from visits
    union all
    select by_identifier.interaction_id, by_identifier.kind, {{ local_date('by_identifier.occurred_at') }}, people.customer_key
    from by_identifier
    inner join {{ ref('int_identity_owners') }} as people on by_identifier.identifier = people.identifier
    where by_identifier.occurred_at < {{ cutoff() }}
)

select interaction_id, kind, event_date, customer_key from interactions
union all
select interactions.interaction_id, interactions.kind, interactions.event_date, companies.company_key
from interactions
inner join {{ ref('int_company_people') }} as companies on interactions.customer_key = companies.contact_key
