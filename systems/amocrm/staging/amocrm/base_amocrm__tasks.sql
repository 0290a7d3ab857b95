-- Grain: _raw_file, _raw_row; of accepted rows task_id.
-- One raw row of amocrm/tasks, with its row status.
{% set rows_with_result -%}
(
    select
        *,
        {{ json_value('result', '$.text') }} as result_text
    from {{ source('amocrm', 'tasks') }}
) as rows_with_result
{%- endset %}
{{ validated_rows(
    rows_with_result,
    columns={
        'task_id': ['id', 'code', 'required'],
        'type_id': ['task_type_id', 'code'],
        'entity_type': ['entity_type', 'enum'],
        'entity_id': ['entity_id', 'ref'],
        'employee_id': ['responsible_user_id', 'ref'],
        'created_at': ['created_at', 'timestamp', 'required'],
        'updated_at': ['updated_at', 'timestamp'],
        'deadline_at': ['complete_till', 'timestamp', 'lenient'],
        'is_completed': ['is_completed', 'boolean'],
        'outcome': ['result_text', 'text']
    },
    key=['task_id'],
    born=['created_at', 'entity_id'],
    version='updated_at'
) }}
