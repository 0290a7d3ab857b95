-- Grain: one refund_id of a source account.
{{ union_sources(
    'refunds',
    {
        'refund_id': 'ref refund',
        'order_id': 'ref order',
        'refunded_at': 'timestamp',
        'amount': 'decimal(18, 2)',
        'currency': 'string'
    }
) }}
