-- Grain: source_system, source_account, order_id, line_no.
-- One order_id, line_no of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
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
