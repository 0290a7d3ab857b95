-- Grain: employee_id.
-- One employee: a user of the portal who is neither a guest nor a mail address.
with users as (
    select * from {{ ref('base_bitrix24__user') }} where coalesce(user_type, 'employee') = 'employee'
),

departments as (
    select * from {{ ref('base_bitrix24__department') }} where row_status = 'accepted'
),

-- the portal does not say when somebody left; the loads do, to the day, if they saw the user both before and after
seen_active as (
    select user_id, max(loaded_at) as last_seen_at
    from users
    where is_active and row_status in ('accepted', 'superseded')
    group by user_id
),

seen_gone as (
    select users.user_id, min({{ local_date('users.loaded_at') }}) as left_on
    from users
    inner join seen_active on users.user_id = seen_active.user_id and users.loaded_at > seen_active.last_seen_at
    where not users.is_active and users.row_status in ('accepted', 'superseded')
    group by users.user_id
)

select
    'bitrix24' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    users.user_id as employee_id,
    nullif(concat_ws(' ', users.first_name, users.last_name), '') as name,
    teams.name as team,
    coalesce(parents.name, teams.name) as department,
    coalesce(nullif(teams.head_id, users.user_id), nullif(parents.head_id, users.user_id)) as manager_id,
    cast(null as {{ dbt.type_string() }}) as point_of_sale,
    users.hired_on,
    seen_gone.left_on,
    users.loaded_at,
    users.row_status
from users
left join departments as teams on users.department_id = teams.department_id
left join departments as parents on teams.parent_id = parents.department_id
left join seen_gone on users.user_id = seen_gone.user_id
where users.row_status = 'accepted'
