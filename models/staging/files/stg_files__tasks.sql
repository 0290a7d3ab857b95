-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, task_id.
-- One raw row of files/tasks, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'tasks'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'task_id': ['task_id', 'code', 'required'],
        'project': ['project', 'text'],
        'sprint_id': ['sprint_id', 'code'],
        'kind': ['kind', 'enum'],
        'points': ['points', 'number', 'lenient'],
        'created_at': ['created_at', 'timestamp', 'required'],
        'started_at': ['started_at', 'timestamp', 'event'],
        'done_at': ['done_at', 'timestamp', 'event'],
        'employee_id': ['employee_id', 'code']
    },
    key=['source_system', 'source_account', 'task_id'],
    born=['created_at', 'project'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
