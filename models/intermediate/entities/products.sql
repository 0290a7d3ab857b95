-- Grain: one product_id of a source account.
{{ union_sources(
    'products',
    {
        'product_id': 'ref product',
        'name': 'string',
        'product_group': 'string',
        'price': 'decimal(18, 2)',
        'unit_cost': 'decimal(18, 2)',
        'currency': 'string'
    }
) }}
