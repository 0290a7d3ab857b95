-- Grain: source_system, source_account, invoice_id.
-- One invoice_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'invoices',
    {
        'invoice_id': 'ref invoice',
        'issued_on': 'date',
        'due_on': 'date',
        'paid_at': 'late timestamp',
        'cancelled_at': 'late timestamp',
        'amount': 'decimal(18, 2)',
        'currency': 'currency',
        'deal_id': 'ref deal',
        'customer_id': 'ref customer',
        'contact_id': 'string',
        'employee_id': 'ref employee'
    }
) }}
