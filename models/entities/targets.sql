-- Grain: source_system, source_account, period_start, period_grain, kpi_id, employee_id, team.
-- One period_start, period_grain, kpi_id, employee_id, team of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'targets',
    {
        'period_start': 'date',
        'period_grain': 'string',
        'kpi_id': 'string',
        'employee_id': 'ref employee',
        'team': 'string',
        'value': 'double',
        'currency': 'currency'
    }
) }}
