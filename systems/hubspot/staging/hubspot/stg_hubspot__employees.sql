-- Grain: employee_id.
-- One owner of records.
select
    'hubspot' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    owner_id as employee_id,
    nullif(concat_ws(' ', first_name, last_name), '') as name,
    team,
    team as department,
    cast(null as {{ dbt.type_string() }}) as manager_id,
    cast(null as {{ dbt.type_string() }}) as point_of_sale,
    cast(null as date) as hired_on,
    cast(null as date) as left_on,
    loaded_at,
    row_status
from {{ ref('base_hubspot__owners') }}
where row_status = 'accepted'
