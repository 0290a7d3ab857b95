-- Grain: one raw row of files/leads, with its verdict.
{{ judged_rows(
    source('files', 'leads'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'lead_id': ['lead_id', 'code', 'required'],
        'created_at': ['created_at', 'timestamp', 'required'],
        'status': ['status', 'text'],
        'status_class': ['status_class', 'enum'],
        'qualified_at': ['qualified_at', 'timestamp', 'event'],
        'converted_at': ['converted_at', 'timestamp', 'event'],
        'rejected_at': ['rejected_at', 'timestamp', 'event'],
        'reject_reason': ['reject_reason', 'text'],
        'employee_id': ['employee_id', 'code'],
        'customer_id': ['customer_id', 'code'],
        'source_name': ['source_name', 'text'],
        'utm_source': ['utm_source', 'text'],
        'utm_medium': ['utm_medium', 'text'],
        'utm_campaign': ['utm_campaign', 'text'],
        'utm_content': ['utm_content', 'text'],
        'utm_term': ['utm_term', 'text'],
        'landing_page': ['landing_page', 'text'],
        'web_client_id': ['web_client_id', 'code'],
        'region': ['region', 'text'],
        'email': ['email', 'text'],
        'phone': ['phone', 'text']
    },
    key=['source_system', 'source_account', 'lead_id'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
