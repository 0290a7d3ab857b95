-- Grain: source_system, source_account, review_id.
-- One review_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
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
