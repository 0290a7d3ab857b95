-- Grain: one contract_id of a source account.
{{ union_sources(
    'contracts',
    ['files'],
    {
        'contract_id': 'string',
        'customer_id': 'string',
        'product_id': 'string',
        'starts_on': 'date',
        'ends_on': 'date',
        'total_amount': 'decimal(18, 2)',
        'currency': 'string',
        'cancelled_on': 'date',
        'licences': 'double',
        'region': 'string'
    }
) }}
