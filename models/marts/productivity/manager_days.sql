-- Grain: manager, event_date.
-- One manager and day with something of his: an activity, a call or a quote, a lead that he reached, a lead or a deal
-- created for him, a deal won.
with record_utms as (
    select event_date, manager from {{ ref('activity_events') }}
    union
    select event_date, manager from {{ ref('leads_reached') }}
    union
    select created_on, employee_id from {{ ref('fct_leads') }} where employee_id is not null
    union
    select event_date, manager from {{ ref('deal_events') }} where event in ('created', 'won')
)

select
    record_utms.event_date,
    record_utms.manager,
    {{ known('employees.team') }} as team
from record_utms
left join {{ ref('dim_employees') }} as employees on record_utms.manager = employees.employee_id
where record_utms.manager <> '{{ var("unknown_member") }}'
