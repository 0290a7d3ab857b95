-- Grain: _raw_file, _raw_row; of accepted rows contact_id.
-- One raw row of bitrix24/crm_contact, with its row status.
{{ validated_rows(
    source('bitrix24', 'crm_contact'),
    columns={
        'contact_id': ['ID', 'code', 'required'],
        'first_name': ['NAME', 'text'],
        'last_name': ['LAST_NAME', 'text'],
        'created_at': ['DATE_CREATE', 'timestamp'],
        'modified_at': ['DATE_MODIFY', 'timestamp'],
        'company_id': ['COMPANY_ID', 'ref'],
        'company_ids': ['COMPANY_IDS', 'text'],
        'city': ['ADDRESS_CITY', 'ref'],
        'address_region': ['ADDRESS_REGION', 'ref'],
        'country': ['ADDRESS_COUNTRY', 'ref'],
        'phone': ['PHONE', 'multifield'],
        'email': ['EMAIL', 'multifield'],
        'web_client_id': [var('bitrix24_field_web_client_id'), 'first']
    },
    own=['bitrix24', 'customers', ['region', 'segment']],
    key=['contact_id'],
    born=['created_at', 'phone', 'email'],
    version='modified_at'
) }}
