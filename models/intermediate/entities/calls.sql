-- Grain: one call_id of a source account.
{{ union_sources(
    'calls',
    {
        'call_id': 'ref call',
        'started_at': 'timestamp',
        'direction': 'string',
        'is_answered': 'boolean',
        'wait_seconds': 'double',
        'talk_seconds': 'double',
        'outcome': 'string',
        'employee_id': 'ref employee',
        'customer_id': 'ref customer',
        'object': 'string',
        'object_id': 'ref object',
        'queue': 'string',
        'phone': 'string'
    }
) }}
