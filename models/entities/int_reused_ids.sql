-- Grain: object, id, system_name.
-- One id under which a system has had two records: the day that the later one was made on, and the last load that told of the earlier one,
-- whose row is rejected.  What names the id and is older than that is the earlier record's (macros/union.sql).
{%- set days = record_days() %}
with records as (
    {%- for object, day in days.items() %}
    {%- set home = id_homes()[object] %}
    {%- for source_name in sources_of(home[0]) %}
    {%- set model = 'base_bitrix_shop__sale_order' if [source_name, object] == ['bitrix_shop', 'order'] else 'stg_' ~ source_name ~ '__' ~ home[0] %}
    {%- set system = "'bitrix_shop'" if model.startswith('base_') else system_of('rows_in', source_name) %}
    select
        '{{ object }}' as object,
        rows_in.{{ home[1] }} as id,
        {{ system }} as system_name,
        {{ day if day.endswith('_on') else local_date(day) }} as made_on,
        loaded_at,
        row_status = 'accepted' as is_known,
        coalesce(row_problem like '%: another record, made on %', false) as is_earlier
    from {{ ref(model) }} as rows_in
    where row_status = 'accepted' or row_problem like '%: another record, made on %'
    union all
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as object,
        cast(null as {{ dbt.type_string() }}) as id,
        cast(null as {{ dbt.type_string() }}) as system_name,
        cast(null as date) as made_on,
        cast(null as timestamp) as loaded_at,
        false as is_known,
        false as is_earlier
    where false
)

select
    object,
    id,
    system_name,
    max(case when is_known then made_on end) as made_on,
    max(case when is_earlier then loaded_at end) as earlier_loaded_at
from records
group by object, id, system_name
having max(case when is_earlier then 1 else 0 end) = 1 and max(case when is_known then made_on end) is not null
