-- Grain: lead_id, manager, event_date.
-- One lead and manager and day on which the manager reached it: a call answered, a meeting held, something sent.
with contacts as (
    select
        lead_id,
        employee_id,
        {{ local_date('occurred_at') }} as event_date,
        count(*) as contacts
    from {{ ref('int_contacts') }}
    where is_response and lead_id is not null and employee_id is not null
    group by 1, 2, 3
)

select
    contacts.event_date,
    contacts.lead_id,
    contacts.employee_id as manager,
    {{ known('employees.team') }} as team,
    contacts.contacts
from contacts
inner join {{ ref('fct_leads') }} as leads on contacts.lead_id = leads.lead_id
left join {{ ref('dim_employees') }} as employees on contacts.employee_id = employees.employee_id
