-- Grain: one objection_id of a source account.
{{ union_sources(
    'objections',
    {
        'objection_id': 'ref objection',
        'recorded_at': 'timestamp',
        'objection_type': 'string',
        'deal_id': 'ref deal',
        'employee_id': 'ref employee'
    }
) }}
