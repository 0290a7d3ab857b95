-- Grain: one period_start, period_grain, kpi_id, employee_id, team of a source account.
{{ union_sources(
    'targets',
    {
        'period_start': 'date',
        'period_grain': 'string',
        'kpi_id': 'string',
        'employee_id': 'ref employee',
        'team': 'string',
        'value': 'double'
    }
) }}
