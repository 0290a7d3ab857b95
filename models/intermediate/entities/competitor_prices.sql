-- Grain: one product_id, competitor, observed_on of a source account.
{{ union_sources(
    'competitor_prices',
    {
        'product_id': 'ref product',
        'competitor': 'string',
        'observed_on': 'date',
        'price': 'decimal(18, 2)',
        'currency': 'string'
    }
) }}
