{#- After a run: marts that were renamed can be read under their old names too, for one release (variable renamed_marts, old → new).  The view
    names no catalog, so that it can be read wherever its file is attached. -#}
{% macro keep_old_names() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- for old_name, new_name in var('renamed_marts').items() -%}
            {%- set renamed = adapter.get_relation(target.database, 'marts', new_name) -%}
            {%- set old = adapter.get_relation(target.database, 'marts', old_name) -%}
            {%- if renamed -%}
                {%- if old and old.type == 'table' -%}{%- do adapter.drop_relation(old) -%}{%- endif -%}
                {%- do run_query('create or replace view marts.' ~ old_name ~ ' as select * from ' ~ renamed.include(database=false)) -%}
                {%- do adapter.dispatch('describe_old_name')(old_name, new_name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- The old name's comments: what it is the old name of, and of each column what the mart says. -#}
{% macro duckdb__describe_old_name(old_name, new_name) -%}
    {%- set comments = ['comment on view marts.' ~ old_name ~ " is 'The old name of marts." ~ new_name ~ ", for one release.'"] -%}
    {%- set described = run_query(
        "select column_name, comment from duckdb_columns() where database_name = current_database() and schema_name = 'marts' and table_name = '"
        ~ new_name ~ "' and comment is not null"
    ) -%}
    {%- for column, comment in described.rows -%}
        {%- do comments.append('comment on column marts.' ~ old_name ~ '.' ~ column ~ " is '" ~ comment | replace("'", "''") ~ "'") -%}
    {%- endfor -%}
    {%- do run_query(comments | join('; ')) -%}
{%- endmacro %}
{% macro default__describe_old_name(old_name, new_name) -%}{%- endmacro %}
