{#- Schemas are named exactly as configured: staging, intermediate, marts, quality, reference. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}

{#- True unless the source's folder is switched off in dbt_project.yml; known while parsing, so that a union can leave it out. -#}
{% macro source_is_on(source_name) -%}
    {%- set staging = adapter.config.models.get(project_name, {}).get('staging', {}) -%}
    {%- do return((staging.get(source_name) or {}).get('+enabled', true)) -%}
{%- endmacro %}
