-- Grain: one raw row of bitrix24/crm_contact, with its verdict.
{{ judged_rows(
    source('bitrix24', 'crm_contact'),
    columns={
        'contact_id': ['ID', 'code', 'required'],
        'first_name': ['NAME', 'text'],
        'last_name': ['LAST_NAME', 'text'],
        'created_at': ['DATE_CREATE', 'timestamp'],
        'modified_at': ['DATE_MODIFY', 'timestamp'],
        'city': ['ADDRESS_CITY', 'ref'],
        'address_region': ['ADDRESS_REGION', 'ref'],
        'country': ['ADDRESS_COUNTRY', 'ref'],
        'phone': ['PHONE', 'multifield'],
        'email': ['EMAIL', 'multifield'],
        'region': ['UF_CRM_REGION', 'first'],
        'segment': ['UF_CRM_SEGMENT', 'first'],
        'web_client_id': [var('bitrix24_field_web_client_id'), 'first']
    },
    key=['contact_id'],
    version='modified_at'
) }}
