-- Grain: _raw_file, _raw_row; of accepted rows date, marker.
-- One raw row of roistat/analytics_data, with its row status.
{% set level = json_value('days.dimensions', '$.marker_level_1') -%}
{% set days -%}
(
    select
        days.*,
        -- the dimension is an object with a value, or the value itself
        lower(coalesce(
            {{ json_value('days.dimensions', '$.marker_level_1.value') }},
            case when left({{ level }}, 1) <> '{' then {{ level }} end
        )) as marker,
        costs.cost
    from {{ source('roistat', 'analytics_data') }} as days
    left join {{ ref('base_roistat__costs') }} as costs on days._raw_file = costs._raw_file and days._raw_row = costs._raw_row
) as days
{%- endset %}
{{ validated_rows(
    days,
    columns={
        'date': ['dateFrom', 'date', 'required'],
        'marker': ['marker', 'code', 'required'],
        'cost': ['cost', 'money', 'required']
    },
    key=['date', 'marker'],
    version='loaded_at'
) }}
