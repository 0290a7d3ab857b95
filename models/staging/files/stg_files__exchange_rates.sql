-- Grain: one raw row of files/exchange_rates, with its verdict.
{{ judged_rows(
    source('files', 'exchange_rates'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'date': ['date', 'date', 'required', 'ever'],
        'currency': ['currency', 'text', 'required'],
        'rate_to_base': ['rate_to_base', 'number', 'required']
    },
    key=['source_system', 'source_account', 'date', 'currency'],
    rules={'rate_to_base: not positive': 'rate_to_base <= 0'},
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
