-- Grain: one raw row of files/web_events, with its verdict.
{{ judged_rows(
    source('files', 'web_events'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'event_id': ['event_id', 'code', 'required'],
        'occurred_at': ['occurred_at', 'timestamp', 'required'],
        'web_client_id': ['web_client_id', 'code', 'required'],
        'session_id': ['session_id', 'code'],
        'event': ['event', 'enum', 'required'],
        'goal': ['goal', 'text'],
        'product_id': ['product_id', 'code'],
        'product_group': ['product_group', 'text'],
        'quantity': ['quantity', 'number'],
        'amount': ['amount', 'money'],
        'currency': ['currency', 'text'],
        'order_id': ['order_id', 'code'],
        'cart_id': ['cart_id', 'code']
    },
    key=['source_system', 'source_account', 'event_id'],
    rules={'quantity: negative': 'quantity < 0'},
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
