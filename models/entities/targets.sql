-- Grain: source_system, source_account, period_start, period_grain, kpi_id, employee_id, team, channel, product_id.
-- One period_start, period_grain, kpi_id, employee_id, team, channel, product_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'targets',
    {
        'period_start': 'date',
        'period_grain': 'string',
        'kpi_id': 'string',
        'employee_id': 'ref employee',
        'team': 'string',
        'channel': 'string',
        'product_id': 'ref product',
        'value': 'double',
        'currency': 'currency'
    }
) }}
