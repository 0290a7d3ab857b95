-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, order_id.
-- One raw row of files/orders, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'orders'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'order_id': ['order_id', 'code', 'required'],
        'order_number': ['order_number', 'code'],
        'created_at': ['created_at', 'timestamp', 'required'],
        'paid_at': ['paid_at', 'timestamp', 'event'],
        'status': ['status', 'enum'],
        'amount': ['amount', 'money'],
        'currency': ['currency', 'code'],
        'customer_id': ['customer_id', 'code'],
        'employee_id': ['employee_id', 'code'],
        'deal_id': ['deal_id', 'code'],
        'cart_id': ['cart_id', 'code'],
        'visit_id': ['visit_id', 'code'],
        'web_client_id': ['web_client_id', 'ref'],
        'utm_source': ['utm_source', 'mark'],
        'utm_medium': ['utm_medium', 'mark'],
        'utm_campaign': ['utm_campaign', 'mark'],
        'landing_page': ['landing_page', 'text'],
        'click_id': ['click_id', 'text'],
        'region': ['region', 'text'],
        'point_of_sale': ['point_of_sale', 'text'],
        'email': ['email', 'text'],
        'phone': ['phone', 'ref']
    },
    key=['source_system', 'source_account', 'order_id'],
    born=['created_at', 'customer_id', 'phone', 'email'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
