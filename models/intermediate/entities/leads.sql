-- Grain: one lead_id of a source account.
{{ union_sources(
    'leads',
    {
        'lead_id': 'ref lead',
        'created_at': 'timestamp',
        'status': 'string',
        'status_class': 'string',
        'qualified_at': 'timestamp',
        'converted_at': 'timestamp',
        'rejected_at': 'timestamp',
        'reject_reason': 'string',
        'employee_id': 'ref employee',
        'customer_id': 'ref customer',
        'source_name': 'string',
        'utm_source': 'string',
        'utm_medium': 'string',
        'utm_campaign': 'string',
        'utm_content': 'string',
        'utm_term': 'string',
        'landing_page': 'string',
        'web_client_id': 'string',
        'region': 'string',
        'email': 'string',
        'phone': 'string'
    }
) }}
