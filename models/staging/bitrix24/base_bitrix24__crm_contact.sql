-- Grain: one raw row of bitrix24/crm_contact, with its verdict.
{{ judged_rows(
    source('bitrix24', 'crm_contact'),
    columns={
        'contact_id': ['ID', 'text', 'required'],
        'first_name': ['NAME', 'text'],
        'last_name': ['LAST_NAME', 'text'],
        'created_at': ['DATE_CREATE', 'timestamp'],
        'modified_at': ['DATE_MODIFY', 'timestamp'],
        'city': ['ADDRESS_CITY', 'ref'],
        'address_region': ['ADDRESS_REGION', 'ref'],
        'country': ['ADDRESS_COUNTRY', 'ref'],
        'phones': ['PHONE', 'text'],
        'emails': ['EMAIL', 'text'],
        'region': ['UF_CRM_REGION', 'ref'],
        'segment': ['UF_CRM_SEGMENT', 'ref'],
        'web_client_id': [var('bitrix24_field_web_client_id'), 'ref']
    },
    key=['contact_id'],
    version='modified_at'
) }}
