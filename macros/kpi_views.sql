{#- After kpi_values: its narrow views, one for each grain and dimension.  kpi_monthly holds the months of the whole business, and
    kpi_monthly_by_channel those of its channels (variable kpi_views, grain → name).  A dimension has its views as soon as the catalogue
    names it, whether it has values or not, and loses them with it.  A view names no catalog, so that it can be read wherever its file is attached. -#}
{% macro make_kpi_views() -%}
    {%- set catalogue = ref('kpi_catalogue') -%}
    {%- if execute -%}
        {%- set dimensions = kpi_dimensions(catalogue) -%}
        {%- set wanted, statements = [], [] -%}
        {%- for grain, name in var('kpi_views').items() -%}
            {%- for dimension in dimensions -%}
                {%- set view = name if dimension == 'all' else name ~ '_by_' ~ dimension -%}
                {%- do statements.append('create or replace view marts.' ~ view ~ ' as ' ~ kpi_view_query(grain, dimension)) -%}
                {%- do statements.extend(adapter.dispatch('comments_on_kpi_view')(view, grain, dimension)) -%}
                {%- do wanted.append(view) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- do adapter.dispatch('run_statements')(statements) -%}
        {%- do adapter.dispatch('drop_other_kpi_views')(wanted) -%}
    {%- endif -%}
{%- endmacro %}

{#- The dimensions of the catalogue and those that a KPI of any dimension has values by; all is the whole business. -#}
{% macro kpi_dimensions(catalogue) -%}
    {%- set told = run_query('select distinct dimensions from ' ~ catalogue ~ ' union select distinct dimension from ' ~ this) -%}
    {%- do return((told.columns[0].values() | select | join(' ') ~ ' all').split() | reject('eq', 'any') | unique | sort) -%}
{%- endmacro %}

{#- The columns of a view, table by table: those of kpi_values but for its grain and its dimension, which are the view's own, the member's place, and
    what the catalogue says of the KPI. -#}
{% macro kpi_view_columns(dimension) -%}
    {%- set of_member = dimension != 'all' -%}
    {%- do return({
        'kpi_values': ['period_start', 'is_complete', 'kpi_id']
            + (['dimension_key', 'dimension_value', 'dimension_name_ru', 'dimension_name_en'] if of_member else [])
            + ['value', 'numerator', 'denominator', 'cases', 'mark', 'mark_ru', 'mark_en', 'previous_value', 'year_ago_value', 'target_value'],
        'dim_period': ['period_name'],
        'dimension_members': ['member_rank'] if of_member else [],
        'kpi_catalogue': ['name_ru', 'name_en', 'unit', 'kind', 'scale']
    }) -%}
{%- endmacro %}

{% macro kpi_view_query(grain, dimension) -%}
    {%- set columns = [] -%}
    {%- for table, names in kpi_view_columns(dimension).items() -%}
        {%- for name in names -%} {%- do columns.append(table ~ '.' ~ name) -%} {%- endfor -%}
    {%- endfor -%}
    select {{ columns | join(', ') }}
    from marts.kpi_values
    inner join marts.kpi_catalogue on kpi_values.kpi_id = kpi_catalogue.kpi_id
    left join marts.dim_period
        on kpi_values.period_grain = dim_period.period_grain and kpi_values.period_start = dim_period.period_start
    {%- if dimension != 'all' %}
    left join marts.dimension_members
        on kpi_values.dimension = dimension_members.dimension and kpi_values.dimension_key = dimension_members.dimension_key
    {%- endif %}
    where kpi_values.period_grain = '{{ grain }}' and kpi_values.dimension = '{{ dimension }}'
{%- endmacro %}

{#- Many small statements: DuckDB takes them at once. -#}
{% macro duckdb__run_statements(statements) -%} {%- do run_query(statements | join(';\n')) -%} {%- endmacro %}
{% macro default__run_statements(statements) -%}
    {%- for statement in statements -%} {%- do run_query(statement) -%} {%- endfor -%}
{%- endmacro %}

{#- A view's comments: its grain and its unit, and of each column what its table says. -#}
{% macro duckdb__comments_on_kpi_view(view, grain, dimension) -%}
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
    {%- do return(comments) -%}
{%- endmacro %}
{% macro default__comments_on_kpi_view(view, grain, dimension) -%} {%- do return([]) -%} {%- endmacro %}

{#- Drops the views of before of which there are none any more. -#}
{% macro duckdb__drop_other_kpi_views(wanted) -%}
    {%- set others = run_query(
        "select view_name from duckdb_views() where database_name = current_database() and schema_name = 'marts' and view_name not in ('"
        ~ wanted | join("', '") ~ "') and (starts_with(view_name, '" ~ var('kpi_views').values() | join("') or starts_with(view_name, '") ~ "'))"
    ) -%}
    {%- for view in others.columns[0].values() -%} {%- do run_query('drop view marts.' ~ view) -%} {%- endfor -%}
{%- endmacro %}
{% macro default__drop_other_kpi_views(wanted) -%}{%- endmacro %}
