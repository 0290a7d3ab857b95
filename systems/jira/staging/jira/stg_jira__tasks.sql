-- Grain: task_id.
-- One issue of Jira as a task; when it was begun and done is told by its statuses.
select
    'jira' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    task_id,
    project,
    sprint_id,
    case lower(issue_type)
        {%- for name, kind in var('jira_issue_kinds').items() %}
        when '{{ name }}' then '{{ kind }}'
        {%- endfor %}
        else 'task'
    end as kind,
    points,
    created_at,
    cast(null as {{ dbt.type_timestamp() }}) as started_at,
    cast(null as {{ dbt.type_timestamp() }}) as done_at,
    employee_id,
    loaded_at,
    row_status,
    row_problem
from {{ ref('base_jira__issues') }}
where row_status = 'accepted'
