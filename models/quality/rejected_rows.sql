-- Grain: raw_file, raw_row.
-- One raw row, line or whole file that was left out, with the reason.  raw_row is null for a whole file.
{% for source_name, table_name, model in validated_models() %}
select
    '{{ source_name }}' as source_name,
    '{{ table_name }}' as table_name,
    _raw_file as raw_file,
    _raw_row as raw_row,
    loaded_at,
    row_problem as reason
from {{ ref(model) }}
where row_status = 'rejected'
union all
{% endfor %}
select
    source_name,
    table_name,
    raw_file,
    cast(raw_row as bigint),
    cast(null as timestamp),
    reason
from {{ source('raw_views', 'rejected_lines') }}
