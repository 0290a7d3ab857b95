-- Grain: source_system, source_account, order_id.
-- One order_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'orders',
    {
        'order_id': 'ref order',
        'order_number': 'string',
        'created_at': 'timestamp',
        'paid_at': 'late timestamp',
        'status': 'string',
        'amount': 'decimal(18, 2)',
        'currency': 'currency',
        'customer_id': 'ref customer',
        'employee_id': 'ref employee',
        'deal_id': 'ref deal',
        'cart_id': 'string',
        'visit_id': 'ref visit',
        'web_client_id': 'string',
        'utm_source': 'string',
        'utm_medium': 'string',
        'utm_campaign': 'string',
        'landing_page': 'string',
        'click_id': 'string',
        'region': 'place',
        'point_of_sale': 'string',
        'email': 'string',
        'phone': 'string'
    }
) }}
