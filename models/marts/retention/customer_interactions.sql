-- Grain: interaction_id, customer_key.
-- One interaction that came from a customer himself (a visit, an e-mail opened or clicked, an incoming call or message, a survey
-- answer) and one customer it counts for: himself, and the companies that he is a contact of.
with interactions as (
    select concat('visit:', session_id) as interaction_id, 'visit' as kind, started_on as event_date, customer_key
    from {{ ref('fct_web_sessions') }}
    where customer_key is not null
    union all
    select concat('letter:', event_id), 'letter', occurred_on, customer_key
    from {{ ref('fct_email_events') }}
    where event in ('opened', 'clicked') and customer_key is not null
    union all
    select contact_id, kind, {{ local_date('occurred_at') }}, customer_key
    from {{ ref('int_contacts') }}
    where direction = 'in' and customer_key is not null
    union all
    select concat('survey:', response_id), 'survey', answered_on, customer_key
    from {{ ref('fct_survey_responses') }}
    where customer_key is not null
)

select interaction_id, kind, event_date, customer_key from interactions
union all
select interactions.interaction_id, interactions.kind, interactions.event_date, companies.company_key
from interactions
inner join {{ ref('int_company_people') }} as companies on interactions.customer_key = companies.contact_key
