-- Grain: _raw_file, _raw_row.
-- One raw row of files/expenses, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
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
        'currency': ['currency', 'code']
    },
    key=['source_system', 'source_account', 'month', 'category', 'kind', 'team', 'channel', 'currency'],
    lines=true,
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
