-- Grain: one event_id of a source account.
{{ union_sources(
    'web_events',
    {
        'event_id': 'ref web event',
        'occurred_at': 'timestamp',
        'web_client_id': 'string',
        'session_id': 'ref visit',
        'event': 'string',
        'goal': 'string',
        'product_id': 'ref product',
        'product_group': 'string',
        'quantity': 'double',
        'amount': 'decimal(18, 2)',
        'currency': 'string',
        'order_id': 'ref order',
        'cart_id': 'string'
    }
) }}
