-- Grain: source_system, source_account, event_id.
-- One event_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
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
        'currency': 'currency',
        'order_id': 'string',
        'cart_id': 'string',
        'is_robot': 'boolean'
    }
) }}
