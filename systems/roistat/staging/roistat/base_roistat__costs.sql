-- Grain: _raw_file, _raw_row.
-- One raw row of roistat/analytics_data that has metrics, and the cost among them; a model of attribution does not change it.
with metrics as (
    select
        days._raw_file,
        days._raw_row,
        {{ json_value('item', '$.metric_name') }} as metric_name,
        {{ json_value('item', '$.value') }} as value
    from {{ source('roistat', 'analytics_data') }} as days
    {{ unnest_json('metrics', 'item') }}
)

select
    _raw_file,
    _raw_row,
    max(case when metric_name = 'marketing_cost' then value end) as cost
from metrics
group by _raw_file, _raw_row
