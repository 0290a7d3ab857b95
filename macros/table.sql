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
    {%- endcall %}
    {% do persist_docs(new, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [new]}) }}
{% endmaterialization %}
