{#- After a run: marts that were renamed can be read under their old names too, for one release (variable renamed_marts, old → new). -#}
{% macro keep_old_names() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- for old_name, new_name in var('renamed_marts').items() -%}
            {%- set renamed = adapter.get_relation(target.database, 'marts', new_name) -%}
            {%- set old = adapter.get_relation(target.database, 'marts', old_name) -%}
            {%- if renamed -%}
                {%- if old and old.type == 'table' -%}{%- do adapter.drop_relation(old) -%}{%- endif -%}
                {%- do run_query('create or replace view ' ~ renamed.incorporate(path={'identifier': old_name}) ~ ' as select * from ' ~ renamed) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
