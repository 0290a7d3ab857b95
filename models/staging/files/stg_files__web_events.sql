-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, event_id.
-- One raw row of files/web_events, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'web_events'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'event_id': ['event_id', 'code', 'required'],
        'occurred_at': ['occurred_at', 'timestamp', 'required'],
        'web_client_id': ['web_client_id', 'ref'],
        'session_id': ['session_id', 'code'],
        'event': ['event', 'enum', 'required'],
        'goal': ['goal', 'text'],
        'product_id': ['product_id', 'code'],
        'product_group': ['product_group', 'text'],
        'quantity': ['quantity', 'number'],
        'amount': ['amount', 'money'],
        'currency': ['currency', 'code'],
        'order_id': ['order_id', 'code'],
        'cart_id': ['cart_id', 'code'],
        'is_robot': ['is_robot', 'boolean']
    },
    key=['source_system', 'source_account', 'event_id'],
    born=['occurred_at', 'web_client_id'],
    rules={
        'quantity: negative': 'quantity < 0'
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
