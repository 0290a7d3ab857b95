-- Grain: source_system, source_account, lead_id.
-- One lead_id of a source account.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ union_sources(
    'leads',
    {
        'lead_id': 'ref lead',
        'created_at': 'timestamp',
        'status': 'string',
        'status_class': 'string',
        'qualified_at': 'late timestamp',
        'converted_at': 'late timestamp',
        'rejected_at': 'late timestamp',
        'reject_reason': 'string',
        'employee_id': 'ref employee',
        'customer_id': 'ref customer',
        'contact_id': 'string',
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
        'email': 'string',
        'phone': 'string'
    }
) }}
