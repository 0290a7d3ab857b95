-- Grain: one activity_id of a source account.
{{ union_sources(
    'activities',
    ['bitrix24', 'files'],
    {
        'activity_id': 'string',
        'kind': 'string',
        'direction': 'string',
        'created_at': 'timestamp',
        'started_at': 'timestamp',
        'ended_at': 'timestamp',
        'status': 'string',
        'outcome': 'string',
        'object': 'string',
        'object_id': 'string',
        'customer_id': 'string',
        'employee_id': 'string'
    }
) }}
