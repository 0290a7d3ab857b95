-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, task_id, entered_at, status.
-- One raw row of files/task_status_changes, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'task_status_changes'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'task_id': ['task_id', 'code', 'required'],
        'status': ['status', 'text', 'required'],
        'status_class': ['status_class', 'enum'],
        'entered_at': ['entered_at', 'timestamp', 'required']
    },
    key=['source_system', 'source_account', 'task_id', 'entered_at', 'status'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
