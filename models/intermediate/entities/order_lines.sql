-- Grain: one order_id, line_no of a source account.
{{ union_sources(
    'order_lines',
    ['bitrix_shop', 'files'],
    {
        'order_id': 'string',
        'line_no': 'bigint',
        'product_id': 'string',
        'product_name': 'string',
        'quantity': 'double',
        'amount': 'decimal(18, 2)',
        'cost': 'decimal(18, 2)'
    }
) }}
