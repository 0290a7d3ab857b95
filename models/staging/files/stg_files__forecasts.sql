-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, as_of, period_grain, period_start, employee_id.
-- One raw row of files/forecasts, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'forecasts'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'as_of': ['as_of', 'date', 'required'],
        'period_grain': ['period_grain', 'enum'],
        'period_start': ['period_start', 'date', 'required'],
        'employee_id': ['employee_id', 'code', 'required'],
        'amount': ['amount', 'money', 'required'],
        'currency': ['currency', 'code']
    },
    key=['source_system', 'source_account', 'as_of', 'period_grain', 'period_start', 'employee_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
