{#- After a run: the last line of defence of the marts, whatever model made them.  What looks like an e-mail address or a phone number in any
    text of any of their tables becomes contact: and its identifier, so that equal texts stay equal; quality.findings says where it was
    and in how many rows, never what.  The statements are returned as text: dbt would roll back what run_query made. -#}
{% macro mask_contacts() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'retry') -%} {{ return(adapter.dispatch('mask_contacts')()) }} {%- endif -%}
{%- endmacro %}

{#- Other engines cannot change single rows of a table: there the marts have what their models let through. -#}
{% macro default__mask_contacts() -%} {%- endmacro %}

{% macro duckdb__mask_contacts() -%}
    {%- set looks_like = "@|%40|[+]\\d|%2B\\d|erased:|(^|\\D)[78][ (-]{0,2}\\d{3}[) -]{0,2}\\d{3}[ -]?\\d{2}[ -]?\\d{2}(\\D|$)" -%}
    {%- set tables = {} -%}
    {%- for row in run_query(
        "select table_name, column_name from duckdb_columns() join duckdb_tables() using (database_name, schema_name, table_name)"
        ~ " where database_name = '" ~ target.database ~ "' and schema_name = 'marts' and data_type = 'VARCHAR' order by 1, column_index"
    ).rows -%}
        {%- do tables.setdefault(row[0], []).append(row[1]) -%}
    {%- endfor -%}
    {%- set statements = [] -%}
    {%- set findings = adapter.get_relation(target.database, 'quality', 'findings') -%}
    {%- for table, columns in tables.items() -%}
        {#- each text is looked at once, however many rows have it -#}
        {%- set looks = [] -%}
        {%- for column in columns -%}
            {%- do looks.append("(select bool_or(regexp_matches(words, '" ~ looks_like ~ "')) from (select distinct " ~ adapter.quote(column)
                ~ " as words from marts." ~ adapter.quote(table) ~ "))") -%}
        {%- endfor -%}
        {%- set found = run_query("select " ~ looks | join(', ')).rows[0] -%}
        {%- for column in columns -%}
        {%- if found[loop.index0] -%}
            {%- set text = adapter.quote(column) -%}
            {%- set masked = "masked_contacts(" ~ text ~ ", '" ~ var('phone_default_country') ~ "')" -%}
            {%- set where = " where regexp_matches(" ~ text ~ ", '" ~ looks_like ~ "') and " ~ masked ~ " <> " ~ text -%}
            {%- set relation = "marts." ~ adapter.quote(table) -%}
            {%- set finding = "'contact data in a mart, masked'" -%}
            {%- set subject = "'marts." ~ table ~ "." ~ column ~ "'" -%}
            {%- if findings -%}
                {%- do statements.append("delete from " ~ findings ~ " where finding = " ~ finding ~ " and subject = " ~ subject
                    ~ " and exists (select 1 from " ~ relation ~ where ~ ")") -%}
                {%- do statements.append("insert into " ~ findings ~ " select " ~ finding ~ ", " ~ subject ~ ", count(*) from " ~ relation
                    ~ where ~ " having count(*) > 0") -%}
            {%- endif -%}
            {%- do statements.append("update " ~ relation ~ " set " ~ text ~ " = " ~ masked ~ where) -%}
        {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(statements | join('; ')) }}
{%- endmacro %}

{#- How employees are told in the marts and whatever is made of them: by their names, or by their ids alone. -#}
{% macro employees_are_published_as() -%}
    {%- set setting = env_var('KPI_PUBLISH_EMPLOYEES', '') or 'names' -%}
    {%- if setting not in ('names', 'ids') -%}
        {{ exceptions.raise_compiler_error('KPI_PUBLISH_EMPLOYEES is ' ~ setting ~ '; it is names or ids') }}
    {%- endif -%}
    {{ return(setting) }}
{%- endmacro %}
