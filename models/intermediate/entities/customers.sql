-- Grain: one customer_id of a source account.
{{ union_sources(
    'customers',
    ['bitrix24', 'bitrix_shop', 'files'],
    {
        'customer_id': 'string',
        'kind': 'string',
        'name': 'string',
        'region': 'string',
        'city': 'string',
        'country': 'string',
        'segment': 'string',
        'created_at': 'timestamp',
        'email': 'string',
        'phone': 'string',
        'web_client_id': 'string',
        'merged_into_id': 'string'
    }
) }}
