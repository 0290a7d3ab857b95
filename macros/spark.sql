{#- What dbt does on Spark in another way than dbt-spark: it wins over the adapter's own by the order of dispatch in dbt_project.yml. -#}

{#- Comments of columns are one statement each there, of which a build has thousands: the docs of dbt have them. -#}
{% macro spark__persist_docs(relation, model, for_relation, for_columns) -%}{%- endmacro %}
{% macro spark__comment_clause() -%}
    {%- if config.persist_relation_docs() and model.description -%} comment {{ adapter.dispatch('text_literal')(model.description) }} {%- endif -%}
{%- endmacro %}

{#- A contract there: the columns that it names, each cast to its type.  DuckDB's build holds the models to the types themselves; on Spark a place in an
    order and days between are integers where DuckDB has bigints.  A column that is missing fails; to look would be two queries more for each table. -#}
{% macro spark__get_assert_columns_equivalent(sql) -%}{%- endmacro %}
{% macro spark__get_select_subquery(sql) %}
    select
    {%- for column in model.columns.values() %}
        cast({{ adapter.quote(column.name) }} as {{ column.data_type }}) as {{ adapter.quote(column.name) }}{{ ',' if not loop.last }}
    {%- endfor %}
    from (
        {{ sql }}
    ) as told
{% endmacro %}

{#- Tables of Parquet files know no constraints; the stock way takes them for Delta's. -#}
{% macro spark__persist_constraints(relation, model) -%}{%- endmacro %}

{#- A seed in two short statements; the stock way sends a parameter for each cell, and takes seconds for a hundred rows. -#}
{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- do columns.append(adapter.quote(name) ~ ' ' ~ seed_type(model, agate_table, name, loop.index0)) -%}
    {%- endfor -%}
    {%- set told = 'create table ' ~ this ~ ' (' ~ columns | join(', ') ~ ')' -%}
    {%- call statement('_') -%} {{ told }} {%- endcall -%}
    {%- do return(told) -%}
{%- endmacro %}

{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set columns, rows = [], [] -%}
    {%- for name in agate_table.column_names -%}
        {%- do columns.append('cast(' ~ adapter.quote(name) ~ ' as ' ~ seed_type(model, agate_table, name, loop.index0) ~ ')') -%}
    {%- endfor -%}
    {%- for row in agate_table.rows -%}
        {%- set cells = [] -%}
        {%- for cell in row -%}
            {%- do cells.append('cast(null as string)' if cell is none else adapter.dispatch('text_literal')(cell | string)) -%}
        {%- endfor -%}
        {%- do rows.append('(' ~ cells | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- if rows -%}
        {%- set told = 'insert into ' ~ this ~ ' select ' ~ columns | join(', ') ~ ' from values ' ~ rows | join(', ')
            ~ ' as told (`' ~ agate_table.column_names | join('`, `') ~ '`)' -%}
        {%- do adapter.add_query(told, abridge_sql_log=True) -%}
        {%- do return(told) -%}
    {%- endif -%}
{%- endmacro %}

{#- The type of a seed's column; text is called string there. -#}
{% macro seed_type(model, agate_table, name, place) -%}
    {{ (model.config.get('column_types', {}).get(name) or adapter.convert_type(agate_table, place)) | replace('varchar', 'string') }}
{%- endmacro %}
