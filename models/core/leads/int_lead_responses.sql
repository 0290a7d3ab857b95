-- Grain: lead_id.
-- One lead with how long it waited for its first answer, by the clock and in the working time of its manager's team, and how long it has been
-- there in working time by the as-of date.
with leads as (
    select
        leads.lead_id,
        leads.created_at,
        {{ local_date('leads.created_at') }} as created_on,
        {{ known('employees.team') }} as team,
        contacts.first_contact_at,
        {{ local_date('contacts.first_contact_at') }} as first_contact_on,
        {{ cutoff() }} as as_of_moment
    from {{ ref('leads') }} as leads
    left join {{ ref('dim_employees') }} as employees on leads.employee_id = employees.employee_id
    left join {{ ref('int_lead_contacts') }} as contacts on leads.lead_id = contacts.lead_id
    where leads.created_at < {{ cutoff() }}
),

days as (
    select * from {{ ref('dim_team_date') }}
)

select
    leads.lead_id,
    {{ seconds_taken('leads.created_at', 'leads.first_contact_at') }} as response_seconds,
    {{ working_seconds_taken('leads.created_at', 'lead_day', 'leads.first_contact_at', 'contact_day') }} as response_working_seconds,
    {{ working_seconds_taken('leads.created_at', 'lead_day', 'leads.as_of_moment', 'as_of_day') }} as working_age_seconds
from leads
left join days as lead_day on leads.team = lead_day.team and leads.created_on = lead_day.date_day
left join days as contact_day on leads.team = contact_day.team and leads.first_contact_on = contact_day.date_day
left join days as as_of_day on leads.team = as_of_day.team and as_of_day.date_day = {{ as_of() }}
