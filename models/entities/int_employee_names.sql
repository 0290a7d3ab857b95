-- Grain: name, system_name.
-- One name of an employee whom a system's table holds, in either order of two words, with ё or without. Of namesakes there is no row.
with employees as (
    {%- for source_name in sources_of('employees') %}
    {%- set system = system_of('rows_in', source_name) %}
    select {{ same_employee_of_source('employee_id', system) }} as employee_id, name, {{ system }} as system_name
    from {{ ref('stg_' ~ source_name ~ '__employees') }} as rows_in
    where row_status = 'accepted' and name is not null
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as {{ dbt.type_string() }}) as employee_id,
        cast(null as {{ dbt.type_string() }}) as name,
        cast(null as {{ dbt.type_string() }}) as system_name
    where false
    {%- endfor %}
),

turned as (
    select employee_id, system_name, name from employees
    union all
    select employee_id, system_name, concat({{ dbt.split_part('name', "' '", 2) }}, ' ', {{ dbt.split_part('name', "' '", 1) }})
    from employees
    where {{ dbt.split_part('name', "' '", 2) }} <> '' and coalesce({{ dbt.split_part('name', "' '", 3) }}, '') = ''
),

spelt as (
    select employee_id, system_name, name from turned
    union all
    select employee_id, system_name, replace(replace(name, 'ё', 'е'), 'Ё', 'Е') from turned
)

select name, system_name, min(employee_id) as employee_id
from spelt
group by name, system_name
having count(distinct employee_id) = 1
