-- Grain: source_name, table_name.
-- One source and raw table, with its last record, its last load, and how old its newest record usually is when it is loaded.
{{ config(schema='marts') }}
with loads as (
    select
        source_name,
        table_name,
        load_day,
        max(last_loaded_at) as loaded_at,
        max(case when row_status in ('accepted', 'superseded') then last_record_at end) as record_at
    from {{ ref('int_row_statuses') }}
    where row_status <> 'not_yet_known'
    group by source_name, table_name, load_day
),

placed as (
    select
        *,
        row_number() over (partition by source_name, table_name order by load_day desc nulls last) as load_no,
        {{ seconds_between('record_at', 'loaded_at') }} / 86400 as lag_days
    from loads
)

select
    source_name,
    table_name,
    max(record_at) as last_record_at,
    max(loaded_at) as last_loaded_at,
    cast(count(load_day) as bigint) as load_days,
    cast({{ percentile('case when load_no <= ' ~ var('freshness_loads') ~ ' then lag_days end', 0.5) }} as double) as usual_lag_days
from placed
group by source_name, table_name
