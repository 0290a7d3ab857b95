-- Grain: one date of a source account.
{{ union_sources(
    'working_calendar',
    {
        'date': 'date',
        'is_working_day': 'boolean',
        'opens_at': 'string',
        'closes_at': 'string'
    }
) }}
