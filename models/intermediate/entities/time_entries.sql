-- Grain: one entry_id of a source account.
{{ union_sources(
    'time_entries',
    ['files'],
    {
        'entry_id': 'string',
        'employee_id': 'string',
        'date': 'date',
        'category': 'string',
        'minutes': 'double'
    }
) }}
