-- Grain: source_system, source_account, contract_id, year_no.
-- One contract_id, year_no of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'contract_schedule',
    {
        'contract_id': 'ref contract',
        'year_no': 'bigint',
        'amount': 'decimal(18, 2)'
    }
) }}
