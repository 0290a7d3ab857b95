-- Grain: source_system, source_account, refund_id.
-- One refund_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'refunds',
    {
        'refund_id': 'ref refund',
        'order_id': 'ref order',
        'refunded_at': 'late timestamp',
        'amount': 'decimal(18, 2)',
        'currency': 'currency',
        'order_was_cut': 'boolean'
    }
) }}
