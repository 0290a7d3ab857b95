-- Grain: _raw_file, _raw_row; of accepted rows event_id.
-- One raw row of amocrm/events, with its row status and, of a change of status, what it led from and to.
{% set rows_with_statuses -%}
(
    select
        *,
        {{ json_value('value_before', '$[0].lead_status.id') }} as from_status,
        {{ json_value('value_before', '$[0].lead_status.pipeline_id') }} as from_pipeline,
        {{ json_value('value_after', '$[0].lead_status.id') }} as to_status,
        {{ json_value('value_after', '$[0].lead_status.pipeline_id') }} as to_pipeline
    from {{ source('amocrm', 'events') }}
) as rows_with_statuses
{%- endset %}
{{ validated_rows(
    rows_with_statuses,
    columns={
        'event_id': ['id', 'text', 'required'],
        'type': ['type', 'enum', 'required'],
        'entity_type': ['entity_type', 'enum'],
        'entity_id': ['entity_id', 'ref', 'required'],
        'happened_at': ['created_at', 'timestamp', 'required'],
        'from_status': ['from_status', 'code'],
        'from_pipeline': ['from_pipeline', 'code'],
        'to_status': ['to_status', 'code'],
        'to_pipeline': ['to_pipeline', 'code']
    },
    key=['event_id'],
    version='loaded_at'
) }}
