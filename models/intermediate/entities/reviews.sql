-- Grain: one review_id of a source account.
{{ union_sources(
    'reviews',
    ['files'],
    {
        'review_id': 'string',
        'created_at': 'timestamp',
        'sentiment': 'string',
        'rating': 'double',
        'customer_id': 'string',
        'product_id': 'string',
        'channel': 'string'
    }
) }}
