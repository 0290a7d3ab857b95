-- Grain: _raw_file, _raw_row; of accepted rows task_id, change_id.
-- One raw row of jira/status_changes, with its row status.
{{ validated_rows(
    source('jira', 'status_changes'),
    columns={
        'change_id': ['id', 'code', 'required'],
        'task_id': ['issue_id', 'code', 'required'],
        'changed_at': ['created', 'timestamp', 'required'],
        'from_status_id': ['from_status', 'code'],
        'to_status_id': ['to_status', 'code', 'required']
    },
    key=['task_id', 'change_id'],
    version='loaded_at'
) }}
