{#- Stand-ins for the macros that write a whole model, so that the linter judges the file that calls them and not the SQL that they write. -#}
{% macro validated_rows(relation, columns, key) -%}
select
    {{ columns | join(',\n    ') }}
from {{ relation }}
{{- '' if kwargs }}
{%- endmacro %}
{% macro union_sources(entity, columns) -%}
select
    {{ columns | join(',\n    ') }}
from {{ entity }}
{{- '' if kwargs }}
{%- endmacro %}
{% macro matches(text, pattern) -%} {{ text }} like '{{ pattern | length }}' {%- endmacro %}
{% macro local_date(moment) -%} {{ moment }} {%- endmacro %}
{% macro clean_text(text) -%} {{ text }} {%- endmacro %}
{% macro page_of(address) -%} {{ address }} {%- endmacro %}
{% macro direct_units() -%} 1 {%- endmacro %}
{% macro direct_in_millionths(over='') -%} true {%- endmacro %}
{% macro json_value(text, path) -%} left({{ text }}, {{ path | length }}) {%- endmacro %}
{% macro salesforce_rows(relation) -%} {{ relation }} {%- endmacro %}
{% macro cdr_rows(relation) -%} {{ relation }} {%- endmacro %}
{% macro cdr_direction() -%} 'in' {%- endmacro %}
{% macro part_of(text, pattern) -%} left({{ text }}, {{ pattern | length }}) {%- endmacro %}
{% macro remove_pattern(text, pattern) -%} left({{ text }}, {{ pattern | length }}) {%- endmacro %}
{% macro scale_end(told, place) -%} {{ told }} {{ '' if place }} {%- endmacro %}
