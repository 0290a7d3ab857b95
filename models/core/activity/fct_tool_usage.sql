-- Grain: source_system, source_account, employee_id, used_on, tool.
-- One record that an employee used a sales tool on a day before the as-of day.
select
    usage.source_system,
    usage.source_account,
    usage.employee_id,
    {{ known('employees.team') }} as team,
    usage.date as used_on,
    usage.tool
from {{ ref('tool_usage') }} as usage
left join {{ ref('dim_employees') }} as employees on usage.employee_id = employees.employee_id
where usage.date < {{ as_of() }}
