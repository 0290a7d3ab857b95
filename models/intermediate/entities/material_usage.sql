-- Grain: one usage_id of a source account.
{{ union_sources(
    'material_usage',
    {
        'usage_id': 'ref material usage',
        'material_id': 'ref material',
        'used_at': 'timestamp',
        'employee_id': 'ref employee',
        'deal_id': 'ref deal'
    }
) }}
