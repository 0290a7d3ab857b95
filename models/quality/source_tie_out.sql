-- Grain: source_name, table_name, load_day.
-- One source, raw table and load day, with what became of its raw rows.  raw_rows are counted by the raw views, file by file;
-- the others by their status: they add up, or rows were lost.  Rows without a load stamp stand under no day.
{{ config(schema='marts') }}
with statuses as (
    {% for source_name, table_name, model in validated_models() %}
    select
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        _raw_file as raw_file,
        {{ local_date('loaded_at') }} as load_day,
        row_status
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

newest_days as (
    select source_name, table_name, max(load_day) as load_day
    from statuses
    group by source_name, table_name
),

file_days as (
    select source_name, table_name, raw_file, max(load_day) as load_day
    from statuses
    group by source_name, table_name, raw_file
),

-- a line that could not be read has no load stamp: it stands under the day of its file's rows, without them under the table's newest
unreadable as (
    select
        lines.source_name,
        lines.table_name,
        coalesce(file_days.load_day, newest_days.load_day) as load_day,
        case
            when lines.raw_row is null then 'unreadable_file'
            when lines.reason like '%, no record' then 'no_record'
            else 'unreadable_line'
        end as row_status
    from {{ source('raw_views', 'rejected_lines') }} as lines
    left join newest_days on lines.source_name = newest_days.source_name and lines.table_name = newest_days.table_name
    left join file_days
        on lines.source_name = file_days.source_name and lines.table_name = file_days.table_name and lines.raw_file = file_days.raw_file
),

outcomes as (
    select source_name, table_name, load_day, row_status from statuses
    union all
    select source_name, table_name, load_day, row_status from unreadable
),

by_day as (
    select
        source_name,
        table_name,
        load_day,
        count(*) as all_rows,
        {%- for status in ['accepted', 'superseded', 'deleted', 'not_yet_known', 'rejected', 'unreadable_line', 'no_record', 'unreadable_file'] %}
        sum(case when row_status = '{{ status }}' then 1 else 0 end) as {{ status }}_rows{{ ',' if not loop.last }}
        {%- endfor %}
    from outcomes
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
        {%- for status in [
            'all', 'accepted', 'superseded', 'deleted', 'not_yet_known', 'rejected', 'unreadable_line', 'no_record', 'unreadable_file'
        ] %}
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
