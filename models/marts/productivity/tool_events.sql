-- Grain: manager, event_date, tool.
-- One manager, day and sales tool that the manager used on it, however many records tell of it.
select distinct
    used_on as event_date,
    employee_id as manager,
    team,
    tool
from {{ ref('fct_tool_usage') }}
