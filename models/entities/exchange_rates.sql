-- Grain: source_system, source_account, date, currency.
-- One date, currency of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'exchange_rates',
    {
        'date': 'date',
        'currency': 'currency',
        'rate_to_base': 'double'
    }
) }}
