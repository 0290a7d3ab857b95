-- Grain: one raw row of files/competitor_prices, with its verdict.
{{ judged_rows(
    source('files', 'competitor_prices'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'product_id': ['product_id', 'code', 'required'],
        'competitor': ['competitor', 'text', 'required'],
        'observed_on': ['observed_on', 'date', 'required'],
        'price': ['price', 'money', 'required'],
        'currency': ['currency', 'text']
    },
    key=['source_system', 'source_account', 'product_id', 'competitor', 'observed_on'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
