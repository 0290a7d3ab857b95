-- Grain: employee_id.
-- One user who is a person of the business, with their role as the team.
with roles as (
    select role_id, name from {{ ref('base_salesforce__user_role') }} where row_status = 'accepted'
)

select
    'salesforce' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    users.user_id as employee_id,
    users.name,
    roles.name as team,
    users.department,
    users.manager_id,
    cast(null as {{ dbt.type_string() }}) as point_of_sale,
    cast(null as date) as hired_on,
    cast(null as date) as left_on,
    users.loaded_at,
    users.row_status
from {{ ref('base_salesforce__user') }} as users
left join roles on users.role_id = roles.role_id
where
    users.row_status = 'accepted'
    and not coalesce({{ salesforce_is('users.user_type', var('salesforce_other_users')) }}, false)
