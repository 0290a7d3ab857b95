-- Grain: one month, category, team of a source account.
{{ union_sources(
    'expenses',
    {
        'month': 'date',
        'category': 'string',
        'kind': 'string',
        'team': 'string',
        'channel': 'string',
        'amount': 'decimal(18, 2)',
        'currency': 'string'
    }
) }}
