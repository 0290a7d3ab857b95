-- Grain: source_name, table_name, load_day.
-- One source, raw table and load day, with what became of its raw rows.  raw_rows are counted by the raw views, file by file;
-- the others by their status: they add up, or rows were lost.  Rows without a load stamp stand under no day.
{{ config(schema='marts') }}
{%- set statuses = ['accepted', 'superseded', 'deleted', 'not_yet_known', 'rejected', 'unreadable_line', 'no_record', 'unreadable_file'] %}
with by_day as (
    select
        source_name,
        table_name,
        load_day,
        sum(row_count) as all_rows,
        {%- for status in statuses %}
        sum(case when row_status = '{{ status }}' then row_count else 0 end) as {{ status }}_rows{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_row_statuses') }}
    group by source_name, table_name, load_day
),

placed as (
    select
        *,
        row_number() over (partition by source_name, table_name order by load_day desc nulls last) as row_no,
        sum(all_rows - unreadable_line_rows - no_record_rows - unreadable_file_rows) over (partition by source_name, table_name) as validated_rows
    from by_day
),

tables as (
    {% for source_name, table_name, model in validated_models() %}
    select '{{ source_name }}' as source_name, '{{ table_name }}' as table_name
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

shown as (
    select source_name, table_name, sum(row_count) as shown_rows
    from {{ source('raw_views', 'files') }}
    where readable
    group by source_name, table_name
),

-- rows that the raw views show and no status was given to (or the other way round) show on the newest day
whole as (
    select
        tables.source_name,
        tables.table_name,
        placed.load_day,
        coalesce(placed.row_no, 1) = 1 as is_newest,
        {%- for status in ['all'] + statuses %}
        coalesce(placed.{{ status }}_rows, 0) as {{ status }}_rows,
        {%- endfor %}
        coalesce(shown.shown_rows, 0) - coalesce(placed.validated_rows, 0) as unvalidated_rows
    from tables
    left join placed on tables.source_name = placed.source_name and tables.table_name = placed.table_name
    left join shown on tables.source_name = shown.source_name and tables.table_name = shown.table_name
    where placed.table_name is not null or shown.shown_rows > 0
)

select
    source_name,
    table_name,
    load_day,
    cast(all_rows - unreadable_file_rows + case when is_newest then unvalidated_rows else 0 end as bigint) as raw_rows,
    cast(accepted_rows as bigint) as accepted_rows,
    cast(superseded_rows as bigint) as superseded_rows,
    cast(deleted_rows as bigint) as deleted_rows,
    cast(not_yet_known_rows as bigint) as not_yet_known_rows,
    cast(rejected_rows + unreadable_line_rows + no_record_rows as bigint) as rejected_rows,
    cast(no_record_rows as bigint) as no_record_rows,
    cast(unreadable_file_rows as bigint) as unreadable_files,
    unvalidated_rows = 0 as is_tied_out
from whole
