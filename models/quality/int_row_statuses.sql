-- Grain: source_name, table_name, load_day, row_status.
-- One source, raw table, load day and status, with the number of raw rows that have it, their last load and record.  Rows without a load
-- stamp stand under no day.
with validated as (
    {% for source_name, table_name, model in validated_models() %}
    select
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        _raw_file as raw_file,
        {{ local_date('loaded_at') }} as load_day,
        loaded_at,
        case when record_at <= coalesce(loaded_at, {{ cutoff() }}) then record_at end as record_at,
        row_status
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

counted as (
    select
        source_name,
        table_name,
        raw_file,
        load_day,
        row_status,
        max(loaded_at) as last_loaded_at,
        max(record_at) as last_record_at,
        count(*) as row_count
    from validated
    group by source_name, table_name, raw_file, load_day, row_status
),

newest_days as (
    select source_name, table_name, max(load_day) as load_day from counted group by source_name, table_name
),

file_days as (
    select source_name, table_name, raw_file, max(load_day) as load_day from counted group by source_name, table_name, raw_file
),

all_rows as (
    select source_name, table_name, load_day, row_status, last_loaded_at, last_record_at, row_count from counted
    union all
    -- a line that could not be read has no load stamp: it stands under the day of its file's rows, without them under the table's newest
    select
        lines.source_name,
        lines.table_name,
        coalesce(file_days.load_day, newest_days.load_day),
        case
            when lines.raw_row is null then 'unreadable_file'
            when lines.reason like '%, no record' then 'no_record'
            else 'unreadable_line'
        end,
        null,
        null,
        1
    from {{ source('raw_views', 'rejected_lines') }} as lines
    left join newest_days on lines.source_name = newest_days.source_name and lines.table_name = newest_days.table_name
    left join file_days
        on lines.source_name = file_days.source_name and lines.table_name = file_days.table_name and lines.raw_file = file_days.raw_file
)

select
    source_name,
    table_name,
    load_day,
    row_status,
    max(last_loaded_at) as last_loaded_at,
    max(last_record_at) as last_record_at,
    cast(sum(row_count) as bigint) as row_count
from all_rows
group by source_name, table_name, load_day, row_status
