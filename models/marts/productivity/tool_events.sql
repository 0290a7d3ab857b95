-- Grain: manager, event_date, tool.
-- One manager, day and sales tool that the manager used on it, before the as-of day.
select distinct
    usage.date as event_date,
    usage.employee_id as manager,
    {{ known('employees.team') }} as team,
    usage.tool
from {{ ref('tool_usage') }} as usage
left join {{ ref('dim_employees') }} as employees on usage.employee_id = employees.employee_id
where usage.date < {{ as_of() }}
