-- Grain: one call_id of a source account.
{{ union_sources(
    'calls',
    ['bitrix24', 'files'],
    {
        'call_id': 'string',
        'started_at': 'timestamp',
        'direction': 'string',
        'is_answered': 'boolean',
        'wait_seconds': 'double',
        'talk_seconds': 'double',
        'outcome': 'string',
        'employee_id': 'string',
        'customer_id': 'string',
        'object': 'string',
        'object_id': 'string',
        'queue': 'string',
        'phone': 'string'
    }
) }}
