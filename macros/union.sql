{#- One entity from every source that is switched on: the accepted rows of their staging models, column for column, and the
    seed of what the business keeps itself.  columns: name → type; statuses: the verdicts whose rows are taken. -#}
{% macro union_sources(entity, sources, columns, statuses=['accepted']) -%}
{%- set on = [] -%}
{%- for source_name in sources if source_name == 'seed' or source_is_on(source_name) -%}{%- do on.append(source_name) -%}{%- endfor -%}
{%- for source_name in on %}
select
    {% if source_name == 'seed' -%}
    'seed' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    {%- else -%}
    coalesce(source_system, '{{ source_name }}') as source_system,
    source_account,
    {%- endif %}
    {%- for name, type in columns.items() %}
    cast({{ name }} as {{ type }}) as {{ name }},
    {%- endfor %}
    {{ 'cast(null as timestamp) as' if source_name == 'seed' }} loaded_at
from {{ ref((source_name ~ '_' if source_name == 'seed' else 'stg_' ~ source_name ~ '__') ~ entity) }}
{{ "where row_status in ('" ~ statuses | join("', '") ~ "')" if source_name != 'seed' }}
{{ 'union all' if not loop.last }}
{%- else %}
select
    cast(null as {{ dbt.type_string() }}) as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    {%- for name, type in columns.items() %}
    cast(null as {{ type }}) as {{ name }},
    {%- endfor %}
    cast(null as timestamp) as loaded_at
where false
{%- endfor %}
{%- endmacro %}
