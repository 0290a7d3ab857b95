-- Grain: one raw row of files/orders, with its verdict.
{{ judged_rows(
    source('files', 'orders'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'order_id': ['order_id', 'code', 'required'],
        'created_at': ['created_at', 'timestamp', 'required'],
        'paid_at': ['paid_at', 'timestamp', 'event'],
        'status': ['status', 'enum'],
        'amount': ['amount', 'money'],
        'currency': ['currency', 'text'],
        'customer_id': ['customer_id', 'code'],
        'employee_id': ['employee_id', 'code'],
        'deal_id': ['deal_id', 'code'],
        'cart_id': ['cart_id', 'code'],
        'visit_id': ['visit_id', 'code'],
        'web_client_id': ['web_client_id', 'code'],
        'utm_source': ['utm_source', 'text'],
        'utm_medium': ['utm_medium', 'text'],
        'utm_campaign': ['utm_campaign', 'text'],
        'region': ['region', 'text'],
        'point_of_sale': ['point_of_sale', 'text'],
        'email': ['email', 'text'],
        'phone': ['phone', 'text']
    },
    key=['source_system', 'source_account', 'order_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
