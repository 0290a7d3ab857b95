-- Grain: one employee_id, date, tool of a source account.
{{ union_sources(
    'tool_usage',
    {
        'employee_id': 'ref employee',
        'date': 'date',
        'tool': 'string'
    }
) }}
