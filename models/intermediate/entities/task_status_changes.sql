-- Grain: one task_id, entered_at, status of a source account.
{{ union_sources(
    'task_status_changes',
    {
        'task_id': 'ref task',
        'status': 'string',
        'status_class': 'string',
        'entered_at': 'timestamp'
    }
) }}
