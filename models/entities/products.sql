-- Grain: source_system, source_account, product_id.
-- One product_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'products',
    {
        'product_id': 'ref product',
        'name': 'string',
        'product_group': 'string',
        'price': 'decimal(18, 2)',
        'unit_cost': 'decimal(18, 2)',
        'currency': 'currency'
    }
) }}
