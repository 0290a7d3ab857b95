-- Grain: one deal_id of a source account.
{{ union_sources(
    'deals',
    ['bitrix24', 'files'],
    {
        'deal_id': 'string',
        'created_at': 'timestamp',
        'lead_id': 'string',
        'customer_id': 'string',
        'employee_id': 'string',
        'pipeline_id': 'string',
        'stage_id': 'string',
        'status': 'string',
        'closed_at': 'timestamp',
        'expected_close_on': 'date',
        'amount': 'decimal(18, 2)',
        'currency': 'string',
        'probability': 'double',
        'forecast_amount': 'decimal(18, 2)',
        'lost_reason': 'string',
        'source_name': 'string',
        'utm_source': 'string',
        'utm_medium': 'string',
        'utm_campaign': 'string',
        'utm_content': 'string',
        'utm_term': 'string',
        'web_client_id': 'string',
        'region': 'string',
        'point_of_sale': 'string',
        'order_id': 'string'
    }
) }}
