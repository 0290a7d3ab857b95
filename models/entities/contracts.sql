-- Grain: source_system, source_account, contract_id.
-- One contract_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'contracts',
    {
        'contract_id': 'ref contract',
        'customer_id': 'ref customer',
        'product_id': 'ref product',
        'starts_on': 'date',
        'ends_on': 'date',
        'total_amount': 'decimal(18, 2)',
        'currency': 'currency',
        'cancelled_on': 'date',
        'licences': 'double',
        'region': 'place'
    }
) }}
