-- Grain: one usage_id of a source account.
{{ union_sources(
    'material_usage',
    ['files'],
    {
        'usage_id': 'string',
        'material_id': 'string',
        'used_at': 'timestamp',
        'employee_id': 'string',
        'deal_id': 'string'
    }
) }}
