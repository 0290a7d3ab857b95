-- Grain: object, id, system_name.
-- One id of a thing, in its source's own writing, and one system (or account of one) that has it: its table holds it or, where no table
-- does, its records name it.  systems says how many have it; system_no 1 is one of them.
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

named as (
    {%- for object, entities in {'employee': ['leads', 'deals', 'orders'], 'customer': ['deals', 'orders', 'contracts'],
        'product': ['deal_lines', 'order_lines', 'contracts']}.items() %}
    {%- for entity in entities %}
    {%- for source_name in sources_of(entity) %}
    select '{{ object }}' as object, {{ object }}_id as id, {{ system_of('rows_in', source_name) }} as system_name
    from {{ ref('stg_' ~ source_name ~ '__' ~ entity) }} as rows_in
    where row_status = 'accepted' and {{ object }}_id is not null
    union
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    select object, id, system_name from held where false
),

known as (
    select object, id, system_name from held where id is not null
    union all
    select named.object, named.id, named.system_name
    from named
    left join (select distinct object, id from held) as held_ids on named.object = held_ids.object and named.id = held_ids.id
    where held_ids.id is null
)

select
    object,
    id,
    system_name,
    count(*) over (partition by object, id) as systems,
    row_number() over (partition by object, id order by system_name) as system_no
from known
