{#- The rows of a model that share a key, a row for each key; nulls count as equal. -#}
{% macro repeated_key(relation, key, condition='true') -%}
select
    '{{ relation.identifier }}' as model,
    '{{ key | join(', ') }}' as key_columns,
    concat_ws(', ', cast({{ key | join(' as ' ~ dbt.type_string() ~ '), cast(') }} as {{ dbt.type_string() }})) as key_value,
    count(*) as rows_with_this_key
from {{ relation }}
where {{ condition }}
group by {{ key | join(', ') }}
having count(*) > 1
{%- endmacro %}

{#- The same of a model's own keys: meta.grain and, where each raw row has its status, meta.accepted_grain among the accepted ones. -#}
{% macro repeated_grain(relation) -%}
    {%- set meta = graph.nodes['model.' ~ project_name ~ '.' ~ relation.identifier].config.meta -%}
    {%- if not meta.get('grain') -%}{{ exceptions.raise_compiler_error(relation ~ ' names no meta.grain') }}{%- endif -%}
    {{ repeated_key(relation, meta.grain) }}
    {%- if meta.get('accepted_grain') %}
union all
{{ repeated_key(relation, meta.accepted_grain, "row_status = 'accepted'") }}
    {%- endif %}
{%- endmacro %}

{#- The same of many models in one query, which costs a build far less than a query each.  A model that has not been built yet has no rows. -#}
{% macro repeated_keys(relations) -%}
    {%- set queries = [] -%}
    {%- for relation in relations if execute and load_relation(relation) -%}{%- do queries.append(repeated_grain(relation)) -%}{%- endfor -%}
    {{ queries | join('\nunion all\n') or 'select 1 as nothing_is_built where false' }}
{%- endmacro %}
