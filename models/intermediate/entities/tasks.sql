-- Grain: one task_id of a source account.
{{ union_sources(
    'tasks',
    {
        'task_id': 'ref task',
        'project': 'string',
        'sprint_id': 'ref sprint',
        'kind': 'string',
        'points': 'double',
        'created_at': 'timestamp',
        'started_at': 'timestamp',
        'done_at': 'timestamp',
        'employee_id': 'ref employee'
    }
) }}
