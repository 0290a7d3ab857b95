-- Grain: one month, category, team of a source account.
{{ union_sources(
    'expenses',
    ['files', 'seed'],
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
