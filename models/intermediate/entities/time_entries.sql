-- Grain: one entry_id of a source account.
{{ union_sources(
    'time_entries',
    {
        'entry_id': 'ref time entry',
        'employee_id': 'ref employee',
        'date': 'date',
        'category': 'string',
        'minutes': 'double'
    }
) }}
