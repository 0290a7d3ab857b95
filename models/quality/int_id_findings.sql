-- Grain: finding, subject.
-- One column of one source that names ids which several other systems have, and its own has not: nobody knows which is meant.
with named as (
    {%- for entity, ids in contract()['ids'].items() %}
    {%- for source_name in sources_of(entity) if source_name != 'seed' %}
    {%- set ways = id_ways(entity, ids, source_name) %}
    {%- for name, object in ids.items() if ways[name] != 'own' %}
    select
        '{{ source_name }}/{{ entity }}.{{ name }}' as place,
        {{ 'rows_in.object' if object == 'object' else "'" ~ object ~ "'" }} as object,
        {{ name }} as id,
        {{ system_of('rows_in', source_name) }} as system_name
    from {{ ref('stg_' ~ source_name ~ '__' ~ entity) }} as rows_in
    where row_status = 'accepted' and {{ name }} is not null
    union all
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as place,
        cast(null as {{ dbt.type_string() }}) as object,
        cast(null as {{ dbt.type_string() }}) as id,
        cast(null as {{ dbt.type_string() }}) as system_name
    where false
),

ids as (
    select * from {{ ref('int_ids') }}
)

select
    'id of several systems' as finding,
    concat(named.place, ', such as ', min(named.id), ': no ', named.object, ' of ', named.system_name, ' has it, and several others do') as subject,
    count(*) as rows_affected
from named
inner join ids as others on named.object = others.object and named.id = others.id and others.system_no = 1 and others.systems > 1
left join ids as own on named.object = own.object and named.id = own.id and named.system_name = own.system_name
where own.id is null
group by named.place, named.object, named.system_name
