-- Grain: one interaction that came from a customer himself: a visit, a letter opened or clicked, an incoming call or message, a survey answer.
with visits as (
    select concat('visit:', session_id) as interaction_id, 'visit' as kind, started_on as event_date, customer_key
    from {{ ref('fct_web_sessions') }}
    where customer_key is not null
),

by_record as (
    select concat('letter:', event_id) as interaction_id, 'letter' as kind, occurred_at, concat('c:', customer_id) as record
    from {{ ref('email_events') }}
    where event in ('opened', 'clicked')
    union all
    select
        contact_id, kind, occurred_at,
        case
            when deal_id is not null then concat('d:', deal_id)
            when lead_id is not null then concat('l:', lead_id)
            else concat('c:', customer_id)
        end
    from {{ ref('int_contacts') }}
    where direction = 'in'
    union all
    select concat('survey:', response_id), 'survey', answered_at, concat('c:', customer_id) from {{ ref('survey_responses') }}
)

select interaction_id, kind, event_date, customer_key
from visits
union all
select by_record.interaction_id, by_record.kind, {{ local_date('by_record.occurred_at') }}, identities.customer_key
from by_record
inner join {{ ref('int_identities') }} as identities on by_record.record = identities.record
where by_record.occurred_at < {{ cutoff() }}
