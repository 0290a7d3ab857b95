{{ config(schema='marts') }}
-- Grain: one source, raw table and load day, with what became of its raw rows.  raw_rows are counted by the landing, file by file;
-- the others by the verdicts: they add up, or rows were lost.  Rows without a load stamp stand under no day.
with verdicts as (
    {% for source_name, table_name, model in judged_models() %}
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

landed as (
    select source_name, table_name, sum(row_count) as landed_rows
    from {{ source('landing', 'files') }}
    where readable
    group by source_name, table_name
),

unreadable as (
    select
        source_name,
        table_name,
        sum(case when raw_row is not null then 1 else 0 end) as unreadable_lines,
        sum(case when raw_row is null then 1 else 0 end) as unreadable_files
    from {{ source('landing', 'rejected_lines') }}
    group by source_name, table_name
),

by_day as (
    select
        source_name,
        table_name,
        load_day,
        count(*) as judged_rows,
        {%- for status in ['accepted', 'superseded', 'deleted', 'not_yet_known', 'rejected'] %}
        sum(case when row_status = '{{ status }}' then 1 else 0 end) as {{ status }}_rows{{ ',' if not loop.last }}
        {%- endfor %}
    from verdicts
    group by source_name, table_name, load_day
),

placed as (
    select
        *,
        row_number() over (partition by source_name, table_name order by load_day desc nulls last) as place,
        sum(judged_rows) over (partition by source_name, table_name) as table_rows
    from by_day
),

tables as (
    {% for source_name, table_name, model in judged_models() %}
    select '{{ source_name }}' as source_name, '{{ table_name }}' as table_name
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- a table with nothing but unreadable files has no day of its own; rows that the landing read and no verdict was given on (or the other
-- way round) show on the newest day
whole as (
    select
        tables.source_name,
        tables.table_name,
        placed.load_day,
        coalesce(placed.place, 1) = 1 as is_newest,
        coalesce(placed.judged_rows, 0) as judged_rows,
        {%- for status in ['accepted', 'superseded', 'deleted', 'not_yet_known', 'rejected'] %}
        coalesce(placed.{{ status }}_rows, 0) as {{ status }}_rows,
        {%- endfor %}
        coalesce(unreadable.unreadable_lines, 0) as unreadable_lines,
        coalesce(unreadable.unreadable_files, 0) as unreadable_files,
        coalesce(landed.landed_rows, 0) - coalesce(placed.table_rows, 0) as unjudged_rows
    from tables
    left join placed on tables.source_name = placed.source_name and tables.table_name = placed.table_name
    left join unreadable on tables.source_name = unreadable.source_name and tables.table_name = unreadable.table_name
    left join landed on tables.source_name = landed.source_name and tables.table_name = landed.table_name
    where placed.table_name is not null or unreadable.table_name is not null or landed.landed_rows > 0
)

select
    source_name,
    table_name,
    load_day,
    cast(judged_rows + case when is_newest then unjudged_rows + unreadable_lines else 0 end as bigint) as raw_rows,
    cast(accepted_rows as bigint) as accepted_rows,
    cast(superseded_rows as bigint) as superseded_rows,
    cast(deleted_rows as bigint) as deleted_rows,
    cast(not_yet_known_rows as bigint) as not_yet_known_rows,
    cast(rejected_rows + case when is_newest then unreadable_lines else 0 end as bigint) as rejected_rows,
    cast(case when is_newest then unreadable_files else 0 end as bigint) as unreadable_files,
    unjudged_rows = 0 as is_tied_out
from whole
