{#- No two rows share a key; nulls count as equal.  The key is the model's own, meta.grain (and, of a model with every raw row's status,
    meta.accepted_grain among the accepted ones), unless another one is named. -#}
{% test unique_key(model, columns=none) %}
{%- set meta = {} -%}
{%- if execute and columns is none -%}
    {%- do meta.update(graph.nodes['model.' ~ project_name ~ '.' ~ model.identifier].config.meta) -%}
    {%- if not meta.get('grain') -%}{{ exceptions.raise_compiler_error('unique_key: ' ~ model ~ ' names no meta.grain') }}{%- endif -%}
{%- endif -%}
{%- set keys = [[columns or meta.get('grain', ['none']), 'true']] -%}
{%- if meta.get('accepted_grain') -%}{%- do keys.append([meta['accepted_grain'], "row_status = 'accepted'"]) -%}{%- endif -%}
{%- for names, condition in keys %}
select
    '{{ names | join(', ') }}' as key_columns,
    concat_ws(', ', cast({{ names | join(' as ' ~ dbt.type_string() ~ '), cast(') }} as {{ dbt.type_string() }})) as key_value,
    count(*) as rows_with_this_key
from {{ model }}
where {{ condition }}
group by {{ names | join(', ') }}
having count(*) > 1
{{ 'union all' if not loop.last }}
{%- endfor %}
{% endtest %}
