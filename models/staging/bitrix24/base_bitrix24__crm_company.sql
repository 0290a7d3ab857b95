-- Grain: _raw_file, _raw_row; of accepted rows company_id.
-- One raw row of bitrix24/crm_company, with its row status.
{{ validated_rows(
    source('bitrix24', 'crm_company'),
    columns={
        'company_id': ['ID', 'code', 'required'],
        'name': ['TITLE', 'text'],
        'is_own_company': ['IS_MY_COMPANY', 'boolean'],
        'created_at': ['DATE_CREATE', 'timestamp'],
        'modified_at': ['DATE_MODIFY', 'timestamp'],
        'city': ['ADDRESS_CITY', 'ref'],
        'address_region': ['ADDRESS_REGION', 'ref'],
        'country': ['ADDRESS_COUNTRY', 'ref'],
        'phone': ['PHONE', 'multifield'],
        'email': ['EMAIL', 'multifield']
    },
    own=['bitrix24', 'customers', ['region', 'segment']],
    key=['company_id'],
    born=['created_at', 'phone', 'email'],
    version='modified_at'
) }}
