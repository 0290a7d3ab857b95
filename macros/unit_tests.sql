{#- The rows that a unit test gives a model to read, in the place of dbt's own macro, which writes every column of the model in every row: here
    what a test tells stands in its rows, and what it leaves out is told once.  dbt parses that text word by word. -#}
{% macro get_fixture_sql(rows, column_name_to_data_types) -%}
    {%- set columns = adapter.get_columns_in_relation(this) -%}
    {%- if not columns -%}
        {{ exceptions.raise_compiler_error("Not able to get columns for unit test '" ~ model.name ~ "': " ~ this ~ " doesn't exist") }}
    {%- endif -%}
    {%- set types, quoted = {}, {} -%}
    {%- for column in columns -%}
        {%- do types.update({column.name | lower: column.data_type}) -%}
        {%- do quoted.update({column.name | lower: column.quoted}) -%}
    {%- endfor -%}
    {{ validate_fixture_rows(rows, none) }}
    {%- set formatted = [] -%}
    {%- set told = {} -%}
    {%- for row in rows -%}
        {%- do formatted.append(format_row(row, types)) -%}
        {%- do told.update(formatted[-1]) -%}
    {%- endfor -%}
select
    {%- for name, type in types.items() %}
    {{ quoted[name] if name in told else 'cast(null as ' ~ type ~ ') as ' ~ quoted[name] }}{{ ',' if not loop.last }}
    {%- endfor %}
from (
    {%- for row in formatted %}
    select {% for name in told %}{{ row.get(name, 'null') }} as {{ quoted[name] }}{{ ', ' if not loop.last }}{% endfor %}
        {{- '1 as row_no' if not told }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{- 'select 1 as row_no' if not rows }}
) as rows_told
    {%- if not rows %}
limit 0
    {%- endif %}
{%- endmacro %}
