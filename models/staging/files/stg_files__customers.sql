-- Grain: one raw row of files/customers, with its verdict.
{{ judged_rows(
    source('files', 'customers'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'customer_id': ['customer_id', 'code', 'required'],
        'kind': ['kind', 'enum'],
        'name': ['name', 'text'],
        'region': ['region', 'text'],
        'city': ['city', 'text'],
        'country': ['country', 'text'],
        'segment': ['segment', 'text'],
        'created_at': ['created_at', 'timestamp'],
        'email': ['email', 'text'],
        'phone': ['phone', 'text'],
        'web_client_id': ['web_client_id', 'code'],
        'merged_into_id': ['merged_into_id', 'code']
    },
    key=['source_system', 'source_account', 'customer_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
