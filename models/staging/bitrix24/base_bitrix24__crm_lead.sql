-- Grain: _raw_file, _raw_row; of accepted rows lead_id.
-- One raw row of bitrix24/crm_lead, with its row status.
{{ validated_rows(
    source('bitrix24', 'crm_lead'),
    columns={
        'lead_id': ['ID', 'code', 'required'],
        'title': ['TITLE', 'text'],
        'created_at': ['DATE_CREATE', 'timestamp', 'required'],
        'modified_at': ['DATE_MODIFY', 'timestamp'],
        'closed_at': ['DATE_CLOSED', 'timestamp', 'event'],
        'status': ['STATUS_ID', 'text'],
        'semantics': ['STATUS_SEMANTIC_ID', 'enum'],
        'status_text': ['STATUS_DESCRIPTION', 'text'],
        'source_id': ['SOURCE_ID', 'ref'],
        'employee_id': ['ASSIGNED_BY_ID', 'ref'],
        'company_id': ['COMPANY_ID', 'ref'],
        'contact_id': ['CONTACT_ID', 'ref'],
        'contact_ids': ['CONTACT_IDS', 'text'],
        'city': ['ADDRESS_CITY', 'ref'],
        'address_region': ['ADDRESS_REGION', 'ref'],
        'phone': ['PHONE', 'multifield'],
        'email': ['EMAIL', 'multifield'],
        'utm_source': ['UTM_SOURCE', 'mark'],
        'utm_medium': ['UTM_MEDIUM', 'mark'],
        'utm_campaign': ['UTM_CAMPAIGN', 'mark'],
        'utm_content': ['UTM_CONTENT', 'mark'],
        'utm_term': ['UTM_TERM', 'mark'],
        'landing_page': [var('bitrix24_field_landing_page'), 'text'],
        'yclid': ['UF_CRM_YCLID', 'first'],
        'gclid': ['UF_CRM_GCLID', 'first'],
        'web_client_id': [var('bitrix24_field_web_client_id'), 'first']
    },
    own=['bitrix24', 'leads', ['region']],
    key=['lead_id'],
    born=['created_at', 'company_id', 'contact_id', 'phone', 'email'],
    version='modified_at',
    rules={'title: a test record': matches('lower(title)', var('test_record_title'))}
) }}
