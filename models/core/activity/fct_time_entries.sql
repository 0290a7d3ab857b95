-- Grain: entry_id.
-- One entry of an employee's time sheet before the as-of day.
select
    entries.entry_id,
    entries.source_system,
    entries.date as worked_on,
    entries.employee_id,
    {{ known('employees.team') }} as team,
    {{ known('entries.category') }} as category,
    entries.minutes
from {{ ref('time_entries') }} as entries
left join {{ ref('dim_employees') }} as employees on entries.employee_id = employees.employee_id
where entries.date < {{ as_of() }}
