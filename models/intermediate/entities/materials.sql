-- Grain: one material_id of a source account.
{{ union_sources(
    'materials',
    {
        'material_id': 'ref material',
        'name': 'string',
        'available_from': 'date',
        'available_to': 'date'
    }
) }}
