-- Grain: _raw_file, _raw_row; of accepted rows company_id.
-- One raw row of hubspot/companies, with its row status.
{{ validated_rows(
    source('hubspot', 'companies'),
    columns={
        'company_id': ['id', 'code', 'required'],
        'name': ['name', 'text'],
        'phone': ['phone', 'ref'],
        'created_at': ['createdate', 'timestamp'],
        'updated_at': ['updatedAt', 'timestamp'],
        'city': ['city', 'text'],
        'country': ['country', 'text'],
        'region': [var('hubspot_property_region'), 'text'],
        'segment': [var('hubspot_property_segment'), 'text'],
        'merged_ids': ['hs_merged_object_ids', 'text']
    },
    own=['hubspot', 'customers'],
    key=['company_id'],
    born=['created_at', 'phone', 'name'],
    version='updated_at'
) }}
