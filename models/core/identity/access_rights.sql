-- Grain: viewer, dimension, dimension_key.
-- One slice of the figures that somebody may see in BI: himself, those who report to him, and their teams; the whole where seed_viewers says so.
with employees as (
    select * from {{ ref('dim_employees') }} where is_known and coalesce(left_on, {{ as_of() }}) >= {{ as_of() }}
),

viewers as (
    select * from {{ ref('seed_viewers') }}
),

-- who has no name in BI is known there by his key
named as (
    select employees.employee_id, coalesce(viewers.viewer, employees.employee_id) as viewer
    from employees
    left join viewers on employees.employee_id = viewers.employee_id
),

subordinates as (
    select named.viewer, employees.employee_id, employees.team
    from named
    inner join employees on named.employee_id = employees.manager_id
),

teams as (
    select distinct viewer, team from subordinates where team <> '{{ var("unknown_member") }}'
)

select viewer, 'manager' as dimension, employee_id as dimension_key from named
union
select viewer, 'manager', employee_id from subordinates
union
select teams.viewer, 'manager', employees.employee_id from teams inner join employees on teams.team = employees.team
union
select viewer, 'team', team from teams
union
select viewer, 'all', 'all' from viewers where sees_all and (employee_id is null or employee_id in (select employee_id from employees))
