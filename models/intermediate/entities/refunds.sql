-- Grain: one refund_id of a source account.
{{ union_sources(
    'refunds',
    ['bitrix_shop', 'files'],
    {
        'refund_id': 'string',
        'order_id': 'string',
        'refunded_at': 'timestamp',
        'amount': 'decimal(18, 2)',
        'currency': 'string'
    }
) }}
