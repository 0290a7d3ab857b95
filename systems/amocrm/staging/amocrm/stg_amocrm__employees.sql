-- Grain: employee_id.
-- One user of the account.
select
    'amocrm' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    user_id as employee_id,
    name,
    team,
    team as department,
    cast(null as {{ dbt.type_string() }}) as manager_id,
    cast(null as {{ dbt.type_string() }}) as point_of_sale,
    cast(null as date) as hired_on,
    cast(null as date) as left_on,
    loaded_at,
    row_status
from {{ ref('base_amocrm__users') }}
where row_status = 'accepted'
