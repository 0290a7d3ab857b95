-- Grain: one activity_id of a source account.
{{ union_sources(
    'activities',
    {
        'activity_id': 'ref activity',
        'kind': 'string',
        'direction': 'string',
        'created_at': 'timestamp',
        'started_at': 'timestamp',
        'ended_at': 'timestamp',
        'status': 'string',
        'outcome': 'string',
        'object': 'string',
        'object_id': 'ref object',
        'customer_id': 'ref customer',
        'employee_id': 'ref employee'
    }
) }}
