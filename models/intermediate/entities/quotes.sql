-- Grain: one quote_id of a source account.
{{ union_sources(
    'quotes',
    {
        'quote_id': 'ref quote',
        'created_at': 'timestamp',
        'sent_at': 'timestamp',
        'status': 'string',
        'amount': 'decimal(18, 2)',
        'currency': 'string',
        'deal_id': 'ref deal',
        'customer_id': 'ref customer',
        'employee_id': 'ref employee'
    }
) }}
