-- Grain: one as_of, period_start, employee_id of a source account.
{{ union_sources(
    'forecasts',
    {
        'as_of': 'date',
        'period_start': 'date',
        'employee_id': 'ref employee',
        'amount': 'decimal(18, 2)',
        'currency': 'string'
    }
) }}
