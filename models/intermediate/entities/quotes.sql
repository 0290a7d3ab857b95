-- Grain: one quote_id of a source account.
{{ union_sources(
    'quotes',
    ['bitrix24', 'files'],
    {
        'quote_id': 'string',
        'created_at': 'timestamp',
        'sent_at': 'timestamp',
        'status': 'string',
        'amount': 'decimal(18, 2)',
        'currency': 'string',
        'deal_id': 'string',
        'customer_id': 'string',
        'employee_id': 'string'
    }
) }}
