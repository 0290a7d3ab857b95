-- Grain: source_system, source_account, payment_id.
-- One payment_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'payments',
    {
        'payment_id': 'ref payment',
        'paid_at': 'late timestamp',
        'amount': 'decimal(18, 2)',
        'currency': 'currency',
        'invoice_id': 'ref invoice',
        'order_id': 'ref order',
        'deal_id': 'ref deal',
        'customer_id': 'ref customer',
        'employee_id': 'ref employee'
    }
) }}
