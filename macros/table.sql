{#- A table of the embedded engine, put in the place of the old one in one transaction: whoever reads sees the one or the other, and a build
    that fails leaves the old one.  The stock way builds beside it and renames twice; over these many models that is a tenth of a build. -#}
{% materialization table, adapter='duckdb', supported_languages=['sql'] %}
    {%- set old = load_cached_relation(this) -%}
    {%- set new = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        {%- if old is not none %}drop {{ old.type }} {{ old }}; {% endif -%}
        {{ create_table_as(False, new, compiled_code, 'sql') }}
        {{ comments_on(new, model) }}
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [new]}) }}
{% endmaterialization %}

{#- What a reader's tool shows beside a table and its columns, in one query: the stock way looks the columns up, twice.  A described column that
    the table does not have is an error. -#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set comments = comments_on(relation, model) | trim -%}
    {%- if comments -%}{%- do run_query(comments) -%}{%- endif -%}
{%- endmacro %}

{% macro comments_on(relation, model) -%}
    {%- if config.persist_relation_docs() and model.description %}
    {{ alter_relation_comment(relation, model.description) }}
    {%- endif %}
    {%- for column in model.columns.values() if config.persist_column_docs() and column.description %}
    comment on column {{ relation }}.{{ adapter.quote(column.name) }} is {{ duckdb_escape_comment(column.description) }};
    {%- endfor %}
{%- endmacro %}
