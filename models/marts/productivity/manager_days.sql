-- Grain: manager, event_date.
-- One manager and day with something of his: an activity, a call or a quote, a lead that he reached, a lead or a deal
-- created for him, a deal won.
with traces as (
    select event_date, manager from {{ ref('activity_events') }}
    union
    select event_date, manager from {{ ref('handled_leads') }}
    union
    select created_on, employee_id from {{ ref('fct_leads') }} where employee_id is not null
    union
    select event_date, manager from {{ ref('deal_events') }} where event in ('created', 'won')
)

select
    traces.event_date,
    traces.manager,
    {{ known('employees.team') }} as team
from traces
left join {{ ref('dim_employees') }} as employees on traces.manager = employees.employee_id
where traces.manager <> '{{ var("unknown_member") }}'
