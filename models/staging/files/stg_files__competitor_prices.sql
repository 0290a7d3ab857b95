-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, product_id, competitor, observed_on.
-- One raw row of files/competitor_prices, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'competitor_prices'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'product_id': ['product_id', 'code', 'required'],
        'competitor': ['competitor', 'text', 'required'],
        'observed_on': ['observed_on', 'date', 'required'],
        'price': ['price', 'money', 'required'],
        'currency': ['currency', 'code']
    },
    key=['source_system', 'source_account', 'product_id', 'competitor', 'observed_on'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
