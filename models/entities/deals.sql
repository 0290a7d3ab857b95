-- Grain: source_system, source_account, deal_id.
-- One deal_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'deals',
    {
        'deal_id': 'ref deal',
        'created_at': 'timestamp',
        'lead_id': 'ref lead',
        'customer_id': 'ref customer',
        'contact_id': 'string',
        'employee_id': 'ref employee',
        'pipeline_id': 'ref pipeline',
        'stage_id': 'string',
        'status': 'string',
        'closed_at': 'late timestamp',
        'expected_close_on': 'date',
        'amount': 'decimal(18, 2)',
        'currency': 'currency',
        'probability': 'double',
        'forecast_amount': 'decimal(18, 2)',
        'lost_reason': 'string',
        'source_name': 'string',
        'utm_source': 'string',
        'utm_medium': 'string',
        'utm_campaign': 'string',
        'utm_content': 'string',
        'utm_term': 'string',
        'landing_page': 'string',
        'click_id': 'string',
        'web_client_id': 'string',
        'region': 'place',
        'point_of_sale': 'string',
        'order_id': 'ref order',
        'title': 'string',
        'email': 'string',
        'phone': 'string'
    }
) }}
