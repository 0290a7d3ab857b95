{#- After kpi_values: its narrow views, one for each grain and dimension.  kpi_monthly holds the months of the whole business, and
    kpi_monthly_by_channel those of its channels (variable kpi_views, grain → name).  A dimension has its views as soon as the catalogue
    names it, whether it has values or not, and loses them with it.  A view names no catalog, so that it can be read wherever its file is attached. -#}
{% macro make_kpi_views() -%}
    {%- set catalogue = ref('kpi_catalogue') -%}
    {%- if execute -%}
        {%- set dimensions = kpi_dimensions(catalogue) -%}
        {%- set wanted = [] -%}
        {%- for grain, name in var('kpi_views').items() -%}
            {%- for dimension in dimensions -%}
                {%- set view = name if dimension == 'all' else name ~ '_by_' ~ dimension -%}
                {%- do run_query('create or replace view marts.' ~ view ~ ' as ' ~ kpi_view_query(grain, dimension)) -%}
                {%- do adapter.dispatch('describe_kpi_view')(view, grain, dimension) -%}
                {%- do wanted.append(view) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- do adapter.dispatch('drop_other_kpi_views')(wanted) -%}
    {%- endif -%}
{%- endmacro %}

{#- The dimensions of the catalogue and those that a KPI of any dimension has values by; all is the whole business. -#}
{% macro kpi_dimensions(catalogue) -%}
    {%- set told = run_query('select distinct dimensions from ' ~ catalogue ~ ' union select distinct dimension from ' ~ this) -%}
    {%- do return((told.columns[0].values() | select | join(' ') ~ ' all').split() | reject('eq', 'any') | unique | sort) -%}
{%- endmacro %}

{#- The columns of a view: those of kpi_values but for its grain and its dimension, which are the view's own, and what the catalogue says of the KPI. -#}
{% macro kpi_view_columns(dimension) -%}
    {%- set member = [] if dimension == 'all' else ['dimension_key', 'dimension_value', 'dimension_name_ru', 'dimension_name_en'] -%}
    {%- do return({
        'kpi_catalogue': ['name_ru', 'name_en', 'unit', 'kind', 'scale'],
        'kpi_values': ['period_start', 'is_complete', 'kpi_id'] + member
            + ['value', 'numerator', 'denominator', 'previous_value', 'year_ago_value', 'target_value']
    }) -%}
{%- endmacro %}

{% macro kpi_view_query(grain, dimension) -%}
    {%- set columns = kpi_view_columns(dimension) -%}
    select {% for column in columns['kpi_values'] %}kpi.{{ column }}, {% endfor -%}
    {%- for column in columns['kpi_catalogue'] %}catalogue.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
    from marts.kpi_values as kpi
    inner join marts.kpi_catalogue as catalogue on kpi.kpi_id = catalogue.kpi_id
    where kpi.period_grain = '{{ grain }}' and kpi.dimension = '{{ dimension }}'
{%- endmacro %}

{#- A view's comments: its grain and its unit, and of each column what its table says. -#}
{% macro duckdb__describe_kpi_view(view, grain, dimension) -%}
    {%- set comments = [] -%}
    {%- set told = 'One KPI and ' ~ grain ~ ' of the whole business (grain: period_start, kpi_id)' if dimension == 'all'
        else 'One KPI, ' ~ grain ~ ' and member of the dimension ' ~ dimension ~ ' (grain: period_start, kpi_id, dimension_key)' -%}
    {%- do comments.append('comment on view marts.' ~ view ~ " is '" ~ told ~ ". Values are in the unit that the column unit tells; those of one "
        ~ "KPI may be added up where kind is flow.'") -%}
    {%- for table, columns in kpi_view_columns(dimension).items() -%}
        {%- for column in columns -%}
            {%- set description = graph.nodes['model.' ~ project_name ~ '.' ~ table].columns[column].description | trim | replace("'", "''") -%}
            {%- do comments.append('comment on column marts.' ~ view ~ '.' ~ column ~ " is '" ~ description ~ "'") -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do run_query(comments | join(';\n')) -%}
{%- endmacro %}
{% macro default__describe_kpi_view(view, grain, dimension) -%}{%- endmacro %}

{#- Drops the views of before of which there are none any more. -#}
{% macro duckdb__drop_other_kpi_views(wanted) -%}
    {%- set others = run_query(
        "select view_name from duckdb_views() where database_name = current_database() and schema_name = 'marts' and view_name not in ('"
        ~ wanted | join("', '") ~ "') and (starts_with(view_name, '" ~ var('kpi_views').values() | join("') or starts_with(view_name, '") ~ "'))"
    ) -%}
    {%- for view in others.columns[0].values() -%} {%- do run_query('drop view marts.' ~ view) -%} {%- endfor -%}
{%- endmacro %}
{% macro default__drop_other_kpi_views(wanted) -%}{%- endmacro %}
