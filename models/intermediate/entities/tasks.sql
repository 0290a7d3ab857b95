-- Grain: one task_id of a source account.
{{ union_sources(
    'tasks',
    ['files'],
    {
        'task_id': 'string',
        'project': 'string',
        'sprint_id': 'string',
        'kind': 'string',
        'points': 'double',
        'created_at': 'timestamp',
        'started_at': 'timestamp',
        'done_at': 'timestamp',
        'employee_id': 'string'
    }
) }}
