{#- Schemas are named exactly as configured: staging, intermediate, marts, quality, reference.  What other models are worked out from, int_… and
    measures…, is intermediate wherever it stands. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if node is not none and node.resource_type == 'model' and (node.name.startswith('int_') or node.name.startswith('measures')) -%}
    intermediate
    {%- else -%}
    {{ (custom_schema_name or target.schema) | trim }}
    {%- endif -%}
{%- endmacro %}

{#- True unless the source's folder is switched off in dbt_project.yml; known while parsing, so that a union can leave it out. -#}
{% macro source_is_on(source_name) -%}
    {%- set staging = adapter.config.models.get(project_name, {}).get('staging', {}) -%}
    {%- do return((staging.get(source_name) or {}).get('+enabled', 'systems/' ~ source_name in adapter.config.model_paths)) -%}
{%- endmacro %}
