{#- A build that fails leaves new facts beside marts of the build before. What did so is kept in raw_views.old_models until a build makes it anew,
    and `kpi status` tells it; model '' stands for a build that did not come to its end. -#}
{% macro begin_build() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'retry') -%}{%- do adapter.dispatch('begin_build')() -%}{%- endif -%}
{%- endmacro %}

{% macro duckdb__begin_build() -%}
    {%- do run_query('create table if not exists raw_views.old_models (model varchar)') -%}
    {%- do run_query("insert into raw_views.old_models values ('')") -%}
{%- endmacro %}

{% macro default__begin_build() -%}{%- endmacro %}

{% macro tell_old_figures(results) -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'retry') -%}
        {%- set old, made = [], [''] -%}
        {%- for result in results if result.node and result.node.resource_type == 'model' -%}
            {%- do (made if result.status | string == 'success' else old).append(result.node.name) -%}
        {%- endfor -%}
        {%- do adapter.dispatch('keep_old_models')(old, made) -%}
        {%- if old -%}
            {%- do log('OLD FIGURES: ' ~ old | length ~ ' models were not built, and hold what an earlier build made, beside others that are new: '
                ~ old[:5] | join(', ') ~ (', …' if old | length > 5 else '') ~ '. Mend what failed and build again', info=true) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__keep_old_models(old, made) -%}
    {%- do run_query("delete from raw_views.old_models where model in ('" ~ (old + made) | join("', '") ~ "')") -%}
    {%- if old -%}{%- do run_query("insert into raw_views.old_models values ('" ~ old | join("'), ('") ~ "')") -%}{%- endif -%}
{%- endmacro %}

{% macro default__keep_old_models(old, made) -%}{%- endmacro %}
