-- Grain: _raw_file, _raw_row; of accepted rows task_id.
-- One raw row of jira/issues, with its row status.
{{ validated_rows(
    source('jira', 'issues'),
    columns={
        'task_id': ['id', 'code', 'required'],
        'project': ['project', 'text'],
        'issue_type': ['issuetype', 'text'],
        'status_id': ['status_id', 'code'],
        'sprint_id': ['sprint_id', 'code'],
        'points': ['points', 'number', 'lenient'],
        'created_at': ['created', 'timestamp', 'required'],
        'updated_at': ['updated', 'timestamp'],
        'employee_id': ['assignee', 'code']
    },
    key=['task_id'],
    born=['created_at', 'project'],
    version='updated_at'
) }}
