-- Grain: source_system, source_account, deal_id, line_no.
-- One deal_id, line_no of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'deal_lines',
    {
        'deal_id': 'ref deal',
        'line_no': 'bigint',
        'product_id': 'ref product',
        'product_name': 'string',
        'quantity': 'double',
        'amount': 'decimal(18, 2)',
        'cost': 'decimal(18, 2)'
    }
) }}
