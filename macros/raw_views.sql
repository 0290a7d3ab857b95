{#- Before a run: every declared source table becomes a typed view over the files of the raw root, whatever is or is not there.
    What cannot be read is left out and named.  The statements are returned as text: dbt would roll back what run_query made. -#}
{% macro land_raw_root() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'test', 'seed', 'retry') -%}
        {{ return(adapter.dispatch('land_raw_root')()) }}
    {%- endif -%}
{%- endmacro %}

{#- The source tables with their columns, as raw_views/land.py takes them. -#}
{% macro declared_tables() -%}
    {%- set declared = [] -%}
    {%- for source in graph.sources.values() if source.schema != 'raw_views' -%}
        {%- set required = [] -%}
        {%- set also = {} -%}
        {%- set rest = [] -%}
        {%- for column in source.columns.values() -%}
            {%- set meta = column.get('config', {}).get('meta', {}) -%}
            {%- if meta.get('required') -%}{%- do required.append(column.name) -%}{%- endif -%}
            {%- if meta.get('rest') -%}{%- do rest.append(column.name) -%}{%- endif -%}
            {%- if meta.get('also') -%}{%- do also.update({column.name: meta.also}) -%}{%- endif -%}
        {%- endfor -%}
        {%- do declared.append({'source': source.source_name, 'schema': source.schema, 'table': source.name,
            'columns': source.columns.keys() | list, 'required': required, 'also': also, 'rest': rest[0] if rest else none,
            'totals': var('total_words')}) -%}
    {%- endfor -%}
    {%- do return(declared) -%}
{%- endmacro %}

{#- What raw_views/land.py answers: the statements that show the raw root, in the engine's words. -#}
{% macro landing() -%}
    {%- set declared = declared_tables() -%}
    {%- set root = env_var('KPI_RAW_ROOT', '') or var('demo_raw_root') -%}
    {%- set cache = env_var('KPI_RAW_VIEWS_CACHE', '') or (env_var('KPI_WAREHOUSE', 'warehouse/kpi.duckdb') ~ '.raw_views') -%}
    {%- set told = [] -%}
    {%- for text in [root, cache, tojson(declared)] -%}{%- do told.append(adapter.dispatch('text_literal')(text)) -%}{%- endfor -%}
    {%- set answer = fromjson(run_query('select land_raw_root(' ~ told | join(', ') ~ ')').columns[0][0]) -%}
    {%- if answer.error -%}{{ exceptions.raise_compiler_error(answer.error) }}{%- endif -%}
    {%- for message in answer.messages -%}{%- do log('raw: ' ~ message, info=true) -%}{%- endfor -%}
    {%- do log('raw root ' ~ root ~ ', figures as of ' ~ as_of_date() ~ ' (' ~ business_timezone() ~ ')', info=true) -%}
    {%- do return(answer.ddl) -%}
{%- endmacro %}

{% macro duckdb__land_raw_root() -%} {{ return(landing()) }} {%- endmacro %}

{#- Spark takes one statement at a time, and keeps what run_query made. -#}
{% macro default__land_raw_root() -%}
    {%- for statement in landing() -%}{%- do run_query(statement) -%}{%- endfor -%}
{%- endmacro %}

{#- A text in SQL.  In Spark's a backslash stands before what is not to be taken for something else, and two quotes are none at all. -#}
{% macro duckdb__text_literal(text) -%} {%- do return("'" ~ text.replace("'", "''") ~ "'") -%} {%- endmacro %}
{% macro default__text_literal(text) -%} {%- do return("'" ~ text.replace('\\', '\\\\').replace("'", "\\'") ~ "'") -%} {%- endmacro %}
