-- Grain: one order_id of a source account.
{{ union_sources(
    'orders',
    ['bitrix_shop', 'files'],
    {
        'order_id': 'string',
        'created_at': 'timestamp',
        'paid_at': 'timestamp',
        'status': 'string',
        'amount': 'decimal(18, 2)',
        'currency': 'string',
        'customer_id': 'string',
        'employee_id': 'string',
        'deal_id': 'string',
        'cart_id': 'string',
        'visit_id': 'string',
        'web_client_id': 'string',
        'utm_source': 'string',
        'utm_medium': 'string',
        'utm_campaign': 'string',
        'region': 'string',
        'point_of_sale': 'string',
        'email': 'string',
        'phone': 'string'
    }
) }}
