-- Grain: one deal_id, line_no of a source account.
{{ union_sources(
    'deal_lines',
    ['bitrix24', 'files'],
    {
        'deal_id': 'string',
        'line_no': 'bigint',
        'product_id': 'string',
        'product_name': 'string',
        'quantity': 'double',
        'amount': 'decimal(18, 2)',
        'cost': 'decimal(18, 2)'
    }
) }}
