-- Grain: sprint_id.
-- One sprint of Jira that has its days, by its plan.
select
    'jira' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    sprint_id,
    project,
    name,
    {{ local_date('starts_at') }} as starts_on,
    {{ local_date('ends_at') }} as ends_on,
    loaded_at,
    row_status
from {{ ref('base_jira__sprints') }}
where row_status = 'accepted' and starts_at is not null and ends_at >= starts_at
