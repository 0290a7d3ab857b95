-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, period_start, period_grain, kpi_id, employee_id, team, channel,
--   product_id.
-- One raw row of files/targets, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'targets'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'period_start': ['period_start', 'date', 'required'],
        'period_grain': ['period_grain', 'enum', 'required'],
        'kpi_id': ['kpi_id', 'text', 'required'],
        'employee_id': ['employee_id', 'code'],
        'team': ['team', 'text'],
        'channel': ['channel', 'text'],
        'product_id': ['product_id', 'code'],
        'value': ['value', 'number', 'required'],
        'currency': ['currency', 'code']
    },
    key=['source_system', 'source_account', 'period_start', 'period_grain', 'kpi_id', 'employee_id', 'team', 'channel', 'product_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
