-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, date, currency.
-- One raw row of files/exchange_rates, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'exchange_rates'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'date': ['date', 'date', 'required', 'ever'],
        'currency': ['currency', 'code', 'required'],
        'rate_to_base': ['rate_to_base', 'number', 'required']
    },
    key=['source_system', 'source_account', 'date', 'currency'],
    rules={
        'rate_to_base: not positive': 'rate_to_base <= 0'
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
