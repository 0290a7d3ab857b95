-- Grain: lead_id.
-- One lead that has been answered, with the times of its first and second contact.  The answered call, or other contact, that a lead
-- came from is its first.
with leads as (
    select
        leads.lead_id,
        leads.created_at,
        {{ add_seconds('leads.created_at', '-60 * ' ~ var('contact_makes_lead_minutes')) }} as made_since,
        people.customer_key
    from {{ ref('leads') }} as leads
    left join {{ ref('int_record_customers') }} as people on concat('l:', leads.lead_id) = people.record
),

responses as (
    select
        *,
        {{ start_of_told_day('ended_at') }} as over_at
    from {{ ref('int_contacts') }}
    where is_response
),

answers as (
    select leads.lead_id, responses.contact_id, responses.occurred_at, responses.has_outcome
    from leads
    inner join responses on leads.lead_id = responses.lead_id
    where responses.occurred_at >= leads.created_at or responses.over_at >= leads.made_since
    union all
    -- just before the lead, with its person and about no lead or deal that was there
    select leads.lead_id, responses.contact_id, responses.occurred_at, responses.has_outcome
    from responses
    inner join leads on responses.customer_key = leads.customer_key
    where
        responses.lead_id is null and responses.deal_id is null
        and responses.occurred_at < leads.created_at and responses.over_at >= leads.made_since
),

contacts as (
    select
        *,
        row_number() over (partition by lead_id order by occurred_at, contact_id) as row_no,
        min(occurred_at) over (partition by lead_id) as first_contact_at
    from answers
)

select
    lead_id,
    min(first_contact_at) as first_contact_at,
    min(case when row_no = 2 then occurred_at end) as second_contact_at,
    count(*) as contacts,
    max(case
        when row_no > 1 and has_outcome and occurred_at <= {{ add_seconds('first_contact_at', var('follow_up_hours') * 3600) }} then 1 else 0
    end) = 1 as has_quality_follow_up
from contacts
group by lead_id
