-- Grain: one order_id of a source account.
{{ union_sources(
    'orders',
    {
        'order_id': 'ref order',
        'created_at': 'timestamp',
        'paid_at': 'timestamp',
        'status': 'string',
        'amount': 'decimal(18, 2)',
        'currency': 'string',
        'customer_id': 'ref customer',
        'employee_id': 'ref employee',
        'deal_id': 'ref deal',
        'cart_id': 'string',
        'visit_id': 'ref visit',
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
