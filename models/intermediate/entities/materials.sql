-- Grain: one material_id of a source account.
{{ union_sources(
    'materials',
    ['files'],
    {
        'material_id': 'string',
        'name': 'string',
        'available_from': 'date',
        'available_to': 'date'
    }
) }}
