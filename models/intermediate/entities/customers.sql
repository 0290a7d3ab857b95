-- Grain: one customer_id of a source account.
{{ union_sources(
    'customers',
    {
        'customer_id': 'ref customer',
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
        'merged_into_id': 'ref customer'
    }
) }}
