-- Grain: one task_id, entered_at, status of a source account.
{{ union_sources(
    'task_status_changes',
    ['files'],
    {
        'task_id': 'string',
        'status': 'string',
        'status_class': 'string',
        'entered_at': 'timestamp'
    }
) }}
