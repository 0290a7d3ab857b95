-- Grain: one id that two systems (or two accounts of one) both use for things of their own, and one of these systems.
with ids as (
    {%- for object, home in id_homes().items() %}
    {%- for source_name in sources_of(home[0]) %}
    select '{{ object }}' as object, {{ home[1] }} as id, {{ system_of('rows_in', source_name) }} as system_name
    from {{ ref('stg_' ~ source_name ~ '__' ~ home[0]) }} as rows_in
    where row_status = 'accepted'
    union all
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as object,
        cast(null as {{ dbt.type_string() }}) as id,
        cast(null as {{ dbt.type_string() }}) as system_name
    where false
),

-- where one system has all the things of a kind, there is nothing to tell apart
kept_by_several as (
    select object
    from ids
    group by object
    having count(distinct system_name) > 1
),

shared as (
    select ids.object, ids.id
    from ids
    inner join kept_by_several on ids.object = kept_by_several.object
    group by ids.object, ids.id
    having count(distinct ids.system_name) > 1
)

select distinct ids.object, ids.id, ids.system_name
from ids
inner join shared on ids.object = shared.object and ids.id = shared.id
