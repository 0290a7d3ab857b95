-- Grain: finding, subject.
-- One row that is older than the record that now has the id it names, or may be, as a finding.  A line without a load stamp cannot be told
-- apart: it stands under the later record.
with named as (
    {%- for entity in contract()['sources'] %}
    {%- for name, part in record_parts(entity).items() %}
    {%- for source_name in sources_of(entity) %}
    {%- set way = id_ways(entity, {name: part[0]}, source_name)[name] %}
    {%- set system = system_of('rows_in', source_name) %}
    {%- set finding = 'part of an earlier record under the same id, not counted' if part[2] else 'reference to an earlier record under the same id' %}
    select
        case
            when {{ is_of_earlier_record(entity, name) }} then '{{ finding }}'
            {%- if not part[1] %}
            when rows_in.loaded_at is null or {{ name }}_earlier.earlier_loaded_at is null
                then 'line that may be of an earlier record under the same id'
            {%- endif %}
        end as finding,
        '{{ entity }} of {{ source_name }}' as rows_of,
        '{{ name }}' as column_name,
        rows_in.{{ name }} as id
    from {{ ref('stg_' ~ source_name ~ '__' ~ entity) }} as rows_in
    {{- join_ids("rows_in.object" if part[0] == 'object' else "'" ~ part[0] ~ "'", 'rows_in.' ~ name, way, name, system) }}
    {{- join_earlier_record(entity, name, key_of('rows_in.' ~ name, way, name, system, name in contract()['needed'][entity])) }}
    where rows_in.row_status = 'accepted' and {{ name }}_earlier.id is not null
    union all
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as finding,
        cast(null as {{ dbt.type_string() }}) as rows_of,
        cast(null as {{ dbt.type_string() }}) as column_name,
        cast(null as {{ dbt.type_string() }}) as id
    where false
)

select
    finding,
    concat(rows_of, ', such as of ', column_name, ' ', min(id)) as subject,
    count(*) as rows_affected
from named
where finding is not null
group by finding, rows_of, column_name
