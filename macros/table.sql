{#- A table or a view of the embedded engine, put in the place of the old one in one transaction: whoever reads sees the one or the other, and a
    build that fails leaves the old one.  The stock way builds beside it, looks names up and renames; over these many models that is a tenth of
    a build.  A model that takes rows over from its last build (macros/reuse.sql) is made beside it. -#}
{% materialization table, adapter='duckdb', supported_languages=['sql'] %} {{ return(put_in_place('table')) }} {% endmaterialization %}
{% materialization view, adapter='duckdb' %} {{ return(put_in_place('view')) }} {% endmaterialization %}

{% macro put_in_place(type) -%}
    {%- set old = load_cached_relation(this) -%}
    {%- set new = this.incorporate(type=type) -%}
    {%- if pre_hooks -%}
        {{ run_hooks(pre_hooks, inside_transaction=False) }}
        {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- endif -%}
    {% call statement('main') -%}
        {%- if last_built() and (compiled_code | trim).endswith('\nselect * from ' ~ old) -%}
        select 'nothing has changed, so the table stays';
        {%- elif last_built() and old | string in compiled_code -%}
        {%- set beside = this.incorporate(path={'identifier': this.identifier ~ '__adds'}, type='table') %}
        {{ create_table_as(False, beside, compiled_code, 'sql') }}; drop table {{ old }}; alter table {{ beside }} rename to {{ this.identifier }};
        {%- else -%}
        {%- if old is not none %}drop {{ old.type }} {{ old }}; {% endif -%}
        {{ create_view_as(new, compiled_code) if type == 'view' else create_table_as(False, new, compiled_code, 'sql') }}
        {%- endif %}
        {{ comments_on(new, model) }}
    {%- endcall %}
    {%- if post_hooks %} {{ run_hooks(post_hooks, inside_transaction=True) }} {%- endif -%}
    {{ adapter.commit() }}
    {%- if post_hooks %} {{ run_hooks(post_hooks, inside_transaction=False) }} {%- endif -%}
    {%- do return({'relations': [new]}) -%}
{%- endmacro %}

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
