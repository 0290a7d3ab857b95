-- Grain: one event_id of a source account.
{{ union_sources(
    'web_events',
    ['yandex_metrica', 'files'],
    {
        'event_id': 'string',
        'occurred_at': 'timestamp',
        'web_client_id': 'string',
        'session_id': 'string',
        'event': 'string',
        'goal': 'string',
        'product_id': 'string',
        'product_group': 'string',
        'quantity': 'double',
        'amount': 'decimal(18, 2)',
        'currency': 'string',
        'order_id': 'string',
        'cart_id': 'string'
    }
) }}
