-- Grain: source_system, source_account, quote_id.
-- One quote_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'quotes',
    {
        'quote_id': 'ref quote',
        'created_at': 'timestamp',
        'sent_at': 'late timestamp',
        'status': 'string',
        'amount': 'decimal(18, 2)',
        'currency': 'currency',
        'deal_id': 'ref deal',
        'customer_id': 'ref customer',
        'contact_id': 'string',
        'employee_id': 'ref employee'
    }
) }}
