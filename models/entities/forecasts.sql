-- Grain: source_system, source_account, as_of, period_grain, period_start, employee_id.
-- One as_of, period_grain, period_start, employee_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'forecasts',
    {
        'as_of': 'date',
        'period_grain': 'string',
        'period_start': 'date',
        'employee_id': 'ref employee',
        'amount': 'decimal(18, 2)',
        'currency': 'currency'
    }
) }}
