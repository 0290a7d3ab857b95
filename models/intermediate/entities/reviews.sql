-- Grain: one review_id of a source account.
{{ union_sources(
    'reviews',
    {
        'review_id': 'ref review',
        'created_at': 'timestamp',
        'sentiment': 'string',
        'rating': 'double',
        'customer_id': 'ref customer',
        'product_id': 'ref product',
        'channel': 'string'
    }
) }}
