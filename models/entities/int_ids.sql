-- Grain: object, id, system_name.
-- One id of a thing, in its source's own writing, and one system (or account of one) that has it: its table holds it or, where no table
-- does, its records name it.  An employee's name is an id too, by which files name whom a table holds.  systems says how many have it;
-- system_no 1 is one of them.
{%- set naming = [['employee', 'leads'], ['employee', 'deals'], ['employee', 'orders'], ['customer', 'deals'], ['customer', 'orders'],
    ['customer', 'contracts'], ['product', 'deal_lines'], ['product', 'order_lines'], ['product', 'contracts']] %}
with held as (
    {%- for object, home in id_homes().items() %}
    {%- for source_name in sources_of(home[0]) %}
    select '{{ object }}' as object, {{ home[1] }} as id, {{ system_of('rows_in', source_name) }} as system_name
    from {{ ref('stg_' ~ source_name ~ '__' ~ home[0]) }} as rows_in
    where row_status = 'accepted'
    union
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as object,
        cast(null as {{ dbt.type_string() }}) as id,
        cast(null as {{ dbt.type_string() }}) as system_name
    where false
),

-- a name that is somebody's id is that id
tables as (
    select object, id, system_name, cast(null as {{ dbt.type_string() }}) as key_id from held where id is not null
    union all
    select 'employee', names.name, names.system_name, names.employee_id
    from {{ ref('int_employee_names') }} as names
    left join held on held.object = 'employee' and names.name = held.id
    where held.id is null
),

named as (
    {%- for entity, ids in contract()['ids'].items() %}
    {%- for name, object in ids.items() if [object, entity] in naming or object == 'employee' %}
    {%- for source_name in sources_of(entity) if [object, entity] in naming or source_name == 'files' %}
    {%- set system = system_of('rows_in', source_name) %}
    {%- set is_name = matches(name, var('person_name')) if object == 'employee' and source_name == 'files' else 'false' %}
    select
        '{{ object }}' as object,
        {{ name }} as id,
        {#- exports of several systems that name a colleague mean the same one #}
        case when {{ is_name }} then 'files' else {{ system }} end as system_name
    from {{ ref('stg_' ~ source_name ~ '__' ~ entity) }} as rows_in
    where row_status = 'accepted' and {{ name }} is not null{{ ' and ' ~ is_name if [object, entity] not in naming }}
    union
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    select object, id, system_name from held where false
),

known as (
    select * from tables
    union all
    select named.object, named.id, named.system_name, cast(null as {{ dbt.type_string() }}) as key_id
    from named
    left join (select distinct object, id from tables) as of_tables on named.object = of_tables.object and named.id = of_tables.id
    where of_tables.id is null
)

select
    object,
    id,
    system_name,
    key_id,
    count(*) over (partition by object, id) as systems,
    row_number() over (partition by object, id order by system_name) as system_no
from known
