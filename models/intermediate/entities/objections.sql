-- Grain: one objection_id of a source account.
{{ union_sources(
    'objections',
    ['files'],
    {
        'objection_id': 'string',
        'recorded_at': 'timestamp',
        'objection_type': 'string',
        'deal_id': 'string',
        'employee_id': 'string'
    }
) }}
