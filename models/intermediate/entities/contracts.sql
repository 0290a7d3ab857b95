-- Grain: one contract_id of a source account.
{{ union_sources(
    'contracts',
    {
        'contract_id': 'ref contract',
        'customer_id': 'ref customer',
        'product_id': 'ref product',
        'starts_on': 'date',
        'ends_on': 'date',
        'total_amount': 'decimal(18, 2)',
        'currency': 'string',
        'cancelled_on': 'date',
        'licences': 'double',
        'region': 'string'
    }
) }}
