-- Grain: source_system, source_account, product_id, competitor, observed_on.
-- One product_id, competitor, observed_on of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'competitor_prices',
    {
        'product_id': 'ref product',
        'competitor': 'string',
        'observed_on': 'date',
        'price': 'decimal(18, 2)',
        'currency': 'currency'
    }
) }}
