-- Grain: one raw row of files/expenses, with its verdict.
{{ judged_rows(
    source('files', 'expenses'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'month': ['month', 'date', 'required'],
        'category': ['category', 'text', 'required'],
        'kind': ['kind', 'enum', 'required'],
        'team': ['team', 'text'],
        'channel': ['channel', 'text'],
        'amount': ['amount', 'money', 'required'],
        'currency': ['currency', 'text']
    },
    key=['source_system', 'source_account', 'month', 'category', 'team'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
