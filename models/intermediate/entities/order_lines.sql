-- Grain: one order_id, line_no of a source account.
{{ union_sources(
    'order_lines',
    {
        'order_id': 'ref order',
        'line_no': 'bigint',
        'product_id': 'ref product',
        'product_name': 'string',
        'quantity': 'double',
        'amount': 'decimal(18, 2)',
        'cost': 'decimal(18, 2)'
    }
) }}
