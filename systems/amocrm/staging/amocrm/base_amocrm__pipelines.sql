-- Grain: _raw_file, _raw_row; of accepted rows pipeline_id.
-- One raw row of amocrm/pipelines, with its row status and its statuses as a list.
{% set rows_with_statuses -%}
(
    select
        *,
        {{ json_value(adapter.quote('_embedded'), '$.statuses') }} as statuses
    from {{ source('amocrm', 'pipelines') }}
) as rows_with_statuses
{%- endset %}
{{ validated_rows(
    rows_with_statuses,
    columns={
        'pipeline_id': ['id', 'code', 'required'],
        'name': ['name', 'text'],
        'statuses': ['statuses', 'text']
    },
    key=['pipeline_id'],
    version='loaded_at'
) }}
