{#- A night adds to the build of the night before where that is safe (flows/night/kept.py decides, and sets KPI_BUILD_ADDS): what was worked out
    of rows that have not changed is taken from the table as that build left it.  Any other build makes everything anew. -#}

{#- The model's own table as the last build left it; none in a build that makes everything anew. -#}
{% macro last_built() -%}
    {%- if execute and env_var('KPI_BUILD_ADDS', '') == 'yes' -%} {%- do return(load_relation(this)) -%} {%- endif -%}
    {%- do return(none) -%}
{%- endmacro %}

{#- Whether a model reads nothing but raw rows of one table, and seeds: then the rows of one file say the same each night. -#}
{% macro reads_one_raw_table() -%}
    {%- set tables = [] -%}
    {%- for node in model.depends_on.nodes if not node.startswith('seed.') -%}{%- do tables.append(node) -%}{%- endfor -%}
    {%- do return(tables | length == 1 and tables[0].startswith('source.')) -%}
{%- endmacro %}

{#- The raw files of the model's one raw table whose rows are not in a table that was built, as a list; none where that has rows of a file that
    cannot be read any more. -#}
{% macro files_not_in(built) -%}
    {%- set source_name, table_name = (model.depends_on.nodes | reject('in', graph.nodes) | first).split('.')[-2:] -%}
    {%- set found = run_query(
        "select coalesce(shown.raw_file, taken._raw_file), shown.raw_file is null from (select raw_file from raw_views.files where source_name = '"
        ~ source_name ~ "' and table_name = '" ~ table_name ~ "' and row_count > 0) as shown full join (select distinct _raw_file from " ~ built
        ~ ") as taken on shown.raw_file = taken._raw_file where shown.raw_file is null or taken._raw_file is null order by 1"
    ) -%}
    {%- do return(none if true in found.columns[1].values() else found.columns[0].values() | list) -%}
{%- endmacro %}

{#- Whether rows of a table that was built were not known on its day; a later day may know them. -#}
{% macro has_rows_to_come(built) -%}
    {%- do return(run_query("select count(*) from " ~ built ~ " where row_status = 'not_yet_known'").columns[0][0] > 0) -%}
{%- endmacro %}

{#- Whether two rows are of one record, told by all of these columns; an empty one equals an empty one. -#}
{% macro same_key(one, other, columns) -%}
    {%- for name in columns %}{{ one }}.{{ name }} is not distinct from {{ other }}.{{ name }}{{ ' and ' if not loop.last }}{% endfor -%}
{%- endmacro %}

{#- Two parts of a model that works each row of a query out by itself.  new_rows: the query's rows that the last build has not worked out (all of
    them in a build that makes everything anew), each with row_hash, which tells the whole row.  rows_taken_over: the others, as they were built. -#}
{% macro new_rows(rows, key) -%}
hashed_rows as (
    select rows_in.*, {{ hash_of_row('rows_in') }} as row_hash from {{ rows }} as rows_in
),

new_rows as (
    select * from hashed_rows
    {%- if last_built() %}
    where not exists (
        select 1 from {{ last_built() }} as built where built.{{ key }} = hashed_rows.{{ key }} and built.row_hash = hashed_rows.row_hash
    )
    {%- endif %}
)
{%- endmacro %}

{% macro rows_taken_over(key) -%}
{%- if last_built() -%}
union all
select built.*
from {{ last_built() }} as built
inner join hashed_rows on built.{{ key }} = hashed_rows.{{ key }} and built.row_hash = hashed_rows.row_hash
{%- endif -%}
{%- endmacro %}

{#- Two parts of a model of measures by period (period_measures).  new_periods: day_periods, the days of those periods whose rows are not the ones that
    the last build had (all of them in a build that makes everything anew), with rows_hash, which tells all the rows of a period, in whatever order,
    and its bounds.  A period that runs on, whose day was loaded again, or of which a row says something else has another one.
    periods_taken_over: the others, as they were built. -#}
{% macro new_periods(part, period_end=none) -%}
periods_told as (
    select
        '{{ part }}' as part, period_grain, period_start,
        {{ 'max(' ~ period_end ~ ') as period_end,' if period_end }}
        sum(row_count) as row_count, sum(rows_hash) as rows_hash
    from days_told
    group by period_grain, period_start
),

periods_in as (
    select period_grain, period_start, cast({{ hash_of_row('periods_told') }} % 4611686018427387903 as bigint) as rows_hash from periods_told
),

day_periods as (
    select
        days_told.event_date, days_told.period_grain, days_told.period_start, days_told.whole_grain,
        {{ 'days_told.' ~ period_end ~ ',' if period_end }}
        periods_in.rows_hash
    from days_told
    inner join periods_in on days_told.period_grain = periods_in.period_grain and days_told.period_start = periods_in.period_start
    {%- if last_built() %}
    where not exists (select 1 from {{ last_built() }} as built where built.rows_hash = periods_in.rows_hash)
    {%- endif %}
)
{%- endmacro %}

{% macro periods_taken_over() -%}
{%- if last_built() %}
union all
select built.*
from {{ last_built() }} as built
inner join periods_in
    on built.period_grain = periods_in.period_grain and built.period_start = periods_in.period_start and built.rows_hash = periods_in.rows_hash
{%- endif -%}
{%- endmacro %}

{% macro hash_of_row(alias) -%} {{ adapter.dispatch('hash_of_row')(alias) }} {%- endmacro %}
{% macro duckdb__hash_of_row(alias) -%} hash({{ alias }}) {%- endmacro %}
{% macro default__hash_of_row(alias) -%} xxhash64(struct({{ alias }}.*)) {%- endmacro %}
