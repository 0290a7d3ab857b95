-- Grain: _raw_file, _raw_row; of accepted rows note_id.
-- One raw row of amocrm/notes, with its row status; a call is a note of its own type.
{% set rows_with_call -%}
(
    select
        *,
        {{ json_value('params', '$.duration') }} as duration,
        {{ json_value('params', '$.call_status') }} as call_status,
        {{ json_value('params', '$.call_result') }} as call_result,
        {{ json_value('params', '$.source') }} as call_source
    from {{ source('amocrm', 'notes') }}
) as rows_with_call
{%- endset %}
{{ validated_rows(
    rows_with_call,
    columns={
        'note_id': ['id', 'code', 'required'],
        'type': ['note_type', 'enum', 'required'],
        'entity_type': ['entity_type', 'enum'],
        'entity_id': ['entity_id', 'ref'],
        'employee_id': ['responsible_user_id', 'ref'],
        'created_at': ['created_at', 'timestamp', 'required'],
        'updated_at': ['updated_at', 'timestamp'],
        'duration': ['duration', 'number'],
        'call_status': ['call_status', 'code'],
        'outcome': ['call_result', 'text'],
        'queue': ['call_source', 'text'],
        'phone': ['PHONE', 'ref']
    },
    key=['note_id'],
    born=['created_at', 'entity_id'],
    version='updated_at',
    rules={'duration: negative': 'duration < 0'}
) }}
