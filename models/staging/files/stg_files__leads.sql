-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, lead_id.
-- One raw row of files/leads, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
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
        'contact_id': ['contact_id', 'code'],
        'source_name': ['source_name', 'page'],
        'utm_source': ['utm_source', 'mark'],
        'utm_medium': ['utm_medium', 'mark'],
        'utm_campaign': ['utm_campaign', 'mark'],
        'utm_content': ['utm_content', 'mark'],
        'utm_term': ['utm_term', 'mark'],
        'landing_page': ['landing_page', 'text'],
        'click_id': ['click_id', 'text'],
        'web_client_id': ['web_client_id', 'ref'],
        'region': ['region', 'text'],
        'email': ['email', 'text'],
        'phone': ['phone', 'ref']
    },
    key=['source_system', 'source_account', 'lead_id'],
    born=['created_at', 'customer_id', 'phone', 'email'],
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
