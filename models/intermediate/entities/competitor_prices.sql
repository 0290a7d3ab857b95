-- Grain: one product_id, competitor, observed_on of a source account.
{{ union_sources(
    'competitor_prices',
    ['files', 'seed'],
    {
        'product_id': 'string',
        'competitor': 'string',
        'observed_on': 'date',
        'price': 'decimal(18, 2)',
        'currency': 'string'
    }
) }}
