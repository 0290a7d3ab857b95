{#- What dbt does on Spark in another way than dbt-spark: it wins over the adapter's own by the order of dispatch in dbt_project.yml. -#}

{#- Comments of columns are one statement each there, of which a build has thousands: the docs of dbt have them. -#}
{% macro spark__persist_docs(relation, model, for_relation, for_columns) -%}{%- endmacro %}
{% macro spark__comment_clause() -%}
    {%- if config.persist_relation_docs() and model.description -%} comment '{{ model.description | replace("'", "''") }}' {%- endif -%}
{%- endmacro %}

{#- The rows of a seed in one statement; the stock way sends a parameter for each cell, and takes seconds for a hundred rows. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set names = agate_table.column_names -%}
    {%- set types = model.config.get('column_types', {}) -%}
    {%- set typed, rows = [], [] -%}
    {%- for name in names -%}
        {%- do typed.append('cast(' ~ adapter.quote(name) ~ ' as ' ~ types.get(name, adapter.convert_type(agate_table, loop.index0)) ~ ')') -%}
    {%- endfor -%}
    {%- for row in agate_table.rows -%}
        {%- set cells = [] -%}
        {%- for cell in row -%}
            {%- do cells.append('cast(null as string)' if cell is none else "'" ~ (cell | string).replace("'", "''") ~ "'") -%}
        {%- endfor -%}
        {%- do rows.append('(' ~ cells | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- if rows -%}
        {%- set statement = 'insert into ' ~ this ~ ' select ' ~ typed | join(', ') ~ ' from values ' ~ rows | join(', ')
            ~ ' as told (`' ~ names | join('`, `') ~ '`)' -%}
        {%- do adapter.add_query(statement, abridge_sql_log=True) -%}
        {%- do return(statement) -%}
    {%- endif -%}
{%- endmacro %}
