-- Grain: one employee_id, date, tool of a source account.
{{ union_sources(
    'tool_usage',
    ['files'],
    {
        'employee_id': 'string',
        'date': 'date',
        'tool': 'string'
    }
) }}
